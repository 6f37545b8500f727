/* SPDX-License-Identifier: MIT */
/*
 * main TEXT JSON OUTPUT - three plugins, linked statically: they are registered, and elements of
 * theirs run in two pipelines. What they wrote to the file OUTPUT is printed.
 */
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>

void gst_plugin_json_register(void);
void gst_plugin_regex_register(void);
void gst_plugin_rsfile_register(void);

static GstElement *parse(const char *line)
{
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error);
    if (error) {
        printf("%s: %s\n", line, error->message);
        exit(1);
    }
    return pipeline;
}

/** Play to the end, and print the first line of what went wrong, or the file that was written. */
static void play(GstElement *pipeline, const char *output)
{
    int c;
    GstBus *bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND,
                                                     GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    if (!message || GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = NULL;
        if (message) {
            gst_message_parse_error(message, &error, NULL);
        }
        printf("no end of the stream: %s\n", error ? error->message : "nothing came");
        exit(1);
    }
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
    FILE *file = fopen(output, "r");
    while (file && (c = getc(file)) != EOF) {
        putchar(c);
    }
    if (!file || fclose(file)) {
        puts("nothing written");
        exit(1);
    }
}

/** Have the element put every word of five letters and more between angle brackets. */
static void set_commands(GstElement *pipeline)
{
    GValue list = G_VALUE_INIT;
    GValue command = G_VALUE_INIT;
    GstElement *regex = gst_bin_get_by_name(GST_BIN(pipeline), "r");
    g_value_init(&list, GST_TYPE_ARRAY);
    g_value_init(&command, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&command, gst_structure_new("replace-all", "pattern", G_TYPE_STRING,
                                                   "\\b(\\p{Alphabetic}{5,})\\b", "replacement",
                                                   G_TYPE_STRING, "<$1>", NULL));
    gst_value_array_append_and_take_value(&list, &command);
    g_object_set_property(G_OBJECT(regex), "commands", &list);
    g_value_unset(&list);
    gst_object_unref(regex);
}

static void print_plugin(const char *name)
{
    GstPlugin *plugin = gst_registry_find_plugin(gst_registry_get(), name);
    printf("%s %s %s\n", name, plugin ? gst_plugin_get_version(plugin) : "is missing",
           plugin ? gst_plugin_get_license(plugin) : "");
    if (!plugin || gst_plugin_get_filename(plugin)) { /* a static one has no file */
        exit(1);
    }
    gst_object_unref(plugin);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 4) {
        return 2;
    }
    gst_plugin_json_register();
    gst_plugin_regex_register();
    gst_plugin_rsfile_register();
    print_plugin("json");
    print_plugin("regex");
    print_plugin("rsfile");

    char *line = g_strdup_printf("rsfilesrc location=%s ! text/x-raw,format=utf8 ! regex name=r ! "
                                 "rsfilesink location=%s",
                                 argv[1], argv[3]);
    GstElement *pipeline = parse(line);
    set_commands(pipeline);
    play(pipeline, argv[3]);
    g_free(line);

    line = g_strdup_printf("rsfilesrc location=%s ! application/x-json ! jsongstparse ! "
                           "jsongstenc ! rsfilesink location=%s",
                           argv[2], argv[3]);
    play(parse(line), argv[3]);
    g_free(line);
    return 0;
}
