# SPDX-License-Identifier: MIT
"""Static libraries of three flavours, as llvm-ar writes them (the self-test compares)."""
import struct


def header(name, size, padded=0, mode=b'644'):
    return b'%-16s%-12d%-6d%-6d%-8s%-10d`\n' % (name, 0, 0, 0, mode, size + padded)


def gnu(members, index, coff=False):
    """members: (name, bytes); index: the names of each member."""
    table, names, at = b'', [], {}
    for name, _ in members:
        raw = name.encode()
        if len(raw) < 16:
            names.append(raw + b'/')
        else:
            if raw not in at:
                at[raw] = len(table)
                table += raw + (b'\0' if coff else b'/\n')
            names.append(b'/%d' % at[raw])
    table += b'\n' * (len(table) % 2)
    if coff:  # each name once
        seen = set()
        index = [[name for name in entry if not (name in seen or seen.add(name))]
                 for entry in index]
    count = sum(len(entry) for entry in index)
    text = b''.join(name.encode() + b'\0' for entry in index for name in entry)
    first = 4 + 4 * count + len(text)
    first += first % 2
    unique = sorted({name.encode() for entry in index for name in entry})
    second = 8 + 4 * len(members) + 2 * len(unique) + sum(len(name) + 1 for name in unique)
    second += second % 2
    begin = 8 + 60 + first + (60 + second if coff else 0) + (60 + len(table) if table else 0)
    offsets, place = [], begin
    for _, data in members:
        offsets.append(place)
        place += 60 + len(data) + len(data) % 2
    out = [b'!<arch>\n']
    if count or coff:
        body = struct.pack('>I', count)
        body += b''.join(struct.pack('>I', offset) * len(entry)
                         for offset, entry in zip(offsets, index))
        out += [header(b'/', first, mode=b'0'), (body + text).ljust(first, b'\0')]
    else:
        offsets = [offset - 60 - first for offset in offsets]
    if coff:
        first_of = {}
        for i, entry in enumerate(index):
            for name in entry:
                first_of.setdefault(name.encode(), i + 1)
        body = struct.pack('<I', len(members)) + struct.pack(f'<{len(members)}I', *offsets)
        body += struct.pack('<I', len(unique))
        body += b''.join(struct.pack('<H', first_of[name]) for name in unique)
        body += b''.join(name + b'\0' for name in unique)
        out += [header(b'/', second, mode=b'0'), body.ljust(second, b'\0')]
    if table:
        out += [b'%-48s%-10d`\n' % (b'//', len(table)), table]
    for name, (_, data) in zip(names, members):
        out += [header(name, len(data)), data, b'\n' * (len(data) % 2)]
    return b''.join(out)


def coff(members, index):
    return gnu(members, index, True)


def darwin(members, index):
    def pad(data, to):
        return data + b'\0' * (-len(data) % to)
    count = sum(len(entry) for entry in index)
    text, where = b'', []
    for entry in index:
        for name in entry:
            where.append(len(text))
            text += name.encode() + b'\0'
    size = 4 + 8 * count + 4 + len(text)
    whole = size + -size % 8
    place = 8 + 60 + 12 + whole  # the name of the index takes 12 bytes
    parts, offsets = [], []
    for name, data in members:
        raw = name.encode()
        room = (len(raw) + (-(place + 60 + len(raw)) % 8))
        data = pad(data, 8)
        parts.append(header(b'#1/%d' % room, len(data), room) + raw.ljust(room, b'\0') + data)
        offsets.append(place)
        place += len(parts[-1])
    rows, i = b'', 0
    for number, entry in enumerate(index):
        for _ in entry:
            rows += struct.pack('<II', where[i], offsets[number])
            i += 1
    body = struct.pack('<I', 8 * count) + rows + struct.pack('<I', len(text)) + text
    return b''.join([b'!<arch>\n', header(b'#1/12', whole, 12, b'0'), b'__.SYMDEF\0\0\0',
                     body.ljust(whole, b'\0')] + parts)
