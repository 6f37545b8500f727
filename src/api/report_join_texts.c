/* SPDX-License-Identifier: MIT */
/** The sentences of a report on universal libraries, from those on the slices. */
#include "api/machines.h"

static const struct armeld_report *report_of(const struct machines *of, size_t machine)
{
    return &of->list[machine].armeld->report;
}

/** Say it again, since its machine has another arena. */
static const char *copy(struct armeld *armeld, const char *text)
{
    return arena_printf(&armeld->arena, "%s", text);
}

/** A sentence, and the machines of which it holds. */
struct sentence {
    const char *text;  /* as one machine has it */
    const char *plain; /* without that machine's name behind those of libraries */
    const char *machines;
    size_t count;
};

/** Leave out a machine's name, "[arm64]", as often as it is behind a library's. */
static const char *without_machine(struct armeld *armeld, const char *text,
                                   const struct machine *machine)
{
    const char *name = arena_printf(&armeld->arena, "[%s]", machine->name);
    const char *plain = "";
    for (const char *at; name && plain && (at = strstr(text, name)); text = at + strlen(name)) {
        plain = arena_printf(&armeld->arena, "%s%.*s", plain, (int)(at - text), text);
    }
    return name && plain ? arena_printf(&armeld->arena, "%s%s", plain, text) : NULL;
}

/** Note that a sentence holds of a machine. */
static bool add_sentence(struct armeld *armeld, struct sentence *list, size_t *count,
                         const char *text, const struct machine *machine)
{
    const char *plain = without_machine(armeld, text, machine);
    const char *label = machine->label;
    size_t at = 0;
    while (plain && at < *count && strcmp(list[at].plain, plain) != 0) {
        at++;
    }
    struct sentence *sentence = &list[at];
    if (!plain) {
        return false;
    }
    if (at == *count) {
        *sentence = (struct sentence){copy(armeld, text), plain, copy(armeld, label), 0};
        ++*count;
    } else {
        sentence->machines = arena_printf(&armeld->arena, "%s, %s", sentence->machines, label);
    }
    sentence->count++;
    return sentence->text && sentence->machines;
}

/**
 * Join lists of sentences, each once, without machines if it holds of all, else with those of which
 * it holds. @list_of finds a report's
 */
static bool join_sentences(struct armeld *armeld, const struct machines *of,
                           size_t list_of(const struct armeld_report *, const char *const **),
                           const char *const **joined, size_t *count)
{
    size_t machines = of->count;
    size_t most = 0;
    const char *const *list;
    for (size_t i = 0; i < machines; i++) {
        most += list_of(report_of(of, i), &list);
    }
    struct sentence *all = ARENA_ARRAY(&armeld->arena, struct sentence, most + 1);
    const char **texts = ARENA_ARRAY(&armeld->arena, const char *, most + 1);
    bool done = all && texts;
    *joined = texts;
    *count = 0;
    for (size_t i = 0; done && i < machines; i++) {
        size_t size = list_of(report_of(of, i), &list);
        for (size_t k = 0; done && k < size; k++) {
            done = add_sentence(armeld, all, count, list[k], &of->list[i]);
        }
    }
    for (size_t i = 0; done && i < *count; i++) {
        const struct sentence *sentence = &all[i];
        bool named = strcmp(sentence->text, sentence->plain) != 0; /* libraries are named so */
        texts[i] = sentence->count == machines          ? sentence->plain
                   : sentence->count == 1 && named ? sentence->text
                                                   : arena_printf(&armeld->arena, "%s: %s",
                                                                  sentence->machines,
                                                                  sentence->plain);
        done = texts[i] != NULL;
    }
    return done;
}

static bool has_text(const char *const *list, size_t count, const char *text)
{
    bool has = false;
    for (size_t i = 0; i < count && !has; i++) {
        has = strcmp(list[i], text) == 0;
    }
    return has;
}

/** Join lists of sentences, each once. @list_of finds a report's */
static bool join_texts(struct armeld *armeld,
                       size_t list_of(const struct armeld_report *, const char *const **),
                       const char *const **joined, size_t *count)
{
    const struct machines *of = &armeld->machines;
    size_t most = 0;
    const char *const *list;
    for (size_t i = 0; i < of->count; i++) {
        most += list_of(report_of(of, i), &list);
    }
    const char **texts = ARENA_ARRAY(&armeld->arena, const char *, most + 1);
    *joined = texts;
    *count = 0;
    for (size_t i = 0; texts && i < of->count; i++) {
        size_t size = list_of(report_of(of, i), &list);
        for (size_t k = 0; k < size; k++) {
            if (has_text(texts, *count, list[k])) {
                continue;
            }
            texts[*count] = copy(armeld, list[k]);
            if (!texts[(*count)++]) {
                return false;
            }
        }
    }
    return texts;
}

static size_t copied_of(const struct armeld_report *report, const char *const **list)
{
    *list = report->copied;
    return report->copied_objects;
}

static size_t warnings_of(const struct armeld_report *report, const char *const **list)
{
    *list = report->warnings;
    return report->warning_count;
}

static size_t notes_of(const struct armeld_report *report, const char *const **list)
{
    *list = report->notes;
    return report->note_count;
}

static size_t unprovable_of(const struct armeld_report *report, const char *const **list)
{
    *list = report->unprovable;
    return report->unprovable_count;
}

static size_t personalities_of(const struct armeld_report *report, const char *const **list)
{
    *list = report->personalities;
    return report->personality_count;
}

static size_t models_of_report(const struct armeld_report *report, const char *const **list)
{
    *list = report->models;
    return report->model_count;
}

bool report_join_notes(struct armeld *armeld, const struct machines *of)
{
    struct armeld_report *report = &armeld->report;
    return join_sentences(armeld, of, notes_of, &report->notes, &report->note_count);
}

bool report_join_texts(struct armeld *armeld)
{
    struct armeld_report *report = &armeld->report;
    const struct machines *of = &armeld->machines;
    size_t copied; /* names, of which machines have the same */
    return join_texts(armeld, copied_of, &report->copied, &copied) &&
           join_sentences(armeld, of, warnings_of, &report->warnings, &report->warning_count) &&
           report_join_notes(armeld, of) &&
           join_sentences(armeld, of, unprovable_of, &report->unprovable,
                          &report->unprovable_count) &&
           join_texts(armeld, personalities_of, &report->personalities,
                      &report->personality_count) &&
           join_texts(armeld, models_of_report, &report->models, &report->model_count);
}
