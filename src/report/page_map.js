"use strict";
// The map: zooms from the set into libraries, crates, members and what their bytes are for.
const armeldMap = (() => {
  const place = document.getElementById("map");
  const data = JSON.parse(document.getElementById("data").textContent);
  const KINDS = data.kinds.length;
  const MOST = 200; // boxes of a view; what is behind them becomes one box
  const HEADER = 17;
  const sides = data.known ? ["before", "after"] : ["before"];
  const titles = data.titles;

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    element.append(...children);
    return element;
  };
  const draw = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };
  const sizeText = (bytes) => {
    const units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if (bytes < 1000) return bytes + " B";
    let unit = 0;
    let value = bytes / 1000;
    for (; value >= 999.95 && unit < 5; unit++) value /= 1000;
    return value.toFixed(1) + " " + units[unit];
  };
  const percentText = (part, all) => (all ? (100 * part / all).toFixed(1) : "0.0") + " %";

  // ---- what there is: a leaf is a member in an archive, or what stands for several --------------
  const members = data.members.map(([crate, name, before, after]) =>
    ({ crate, name, before, after: after || before }));
  const crateName = (crate) => crate === -1 ? "[small crates]" : crate === -2 ? "[archive overhead]" : data.crates[crate];
  const archiveNames = data.archives.map(([name, workspace], i) => {
    const number = data.archives.slice(0, i).filter((other) => other[1]).length;
    return name || (workspace ? "[workspace" + (number ? " " + (number + 1) : "") + "]" : "");
  });
  const leaves = [];
  const addRuns = (runs, visit) => {
    for (let i = 0, at = 0; i < runs.length; i += 2) {
      at += runs[i];
      for (let k = 0; k < runs[i + 1]; k++) visit(at++);
    }
  };
  data.archives.forEach(([, , before, after, rest, overheadBefore, overhead], archive) => {
    const known = new Map();
    const leafOf = (number) => {
      let leaf = known.get(number);
      if (!leaf) {
        leaf = { archive, member: members[number], timesBefore: 0, timesAfter: 0 };
        known.set(number, leaf);
        leaves.push(leaf);
      }
      return leaf;
    };
    addRuns(before, (number) => leafOf(number).timesBefore++);
    addRuns(after, (number) => leafOf(number).timesAfter++);
    rest.forEach(([crate, count, bytesBefore, bytesAfter]) => {
      const name = count ? "[" + count + " smaller " + (count === 1 ? "member]" : "members]") : "";
      leaves.push({ archive, timesBefore: 1, timesAfter: 1,
        member: { crate, name, before: bytesBefore, after: bytesAfter } });
    });
    leaves.push({ archive, timesBefore: 1, timesAfter: 1, member: { crate: -2, name: "",
      before: [KINDS - 1, overheadBefore], after: [KINDS - 1, overhead] } });
  });

  // What is one member in several archives, for the order that does not tell these apart.
  const merge = (list) => {
    const merged = new Map();
    list.forEach((leaf) => {
      const one = merged.get(leaf.member) || { archive: leaf.archive, member: leaf.member, timesBefore: 0, timesAfter: 0 };
      one.timesBefore += leaf.timesBefore;
      one.timesAfter += leaf.timesAfter;
      merged.set(leaf.member, one);
    });
    return Array.from(merged.values());
  };

  const orders = {
    library: [(leaf) => archiveNames[leaf.archive], (leaf) => crateName(leaf.member.crate), (leaf) => leaf.member.name],
    crate: [(leaf) => crateName(leaf.member.crate), (leaf) => leaf.member.name],
  };
  const flat = archiveNames.length === 1 && !archiveNames[0];
  let order = flat ? "crate" : "library";

  // ---- the tree, made where it is looked at ------------------------------------------------------
  const sumUp = (node) => {
    node.kinds = { before: new Float64Array(KINDS), after: new Float64Array(KINDS) };
    const add = (sums, list, times) => {
      for (let i = 0; times && i < list.length; i += 2) sums[list[i]] += times * list[i + 1];
    };
    node.leaves.forEach((leaf) => {
      add(node.kinds.before, leaf.member.before, leaf.timesBefore);
      add(node.kinds.after, leaf.member.after, leaf.timesAfter);
    });
    node.before = node.kinds.before.reduce((a, b) => a + b, 0);
    node.after = node.kinds.after.reduce((a, b) => a + b, 0);
    return node;
  };
  const bySize = (a, b) => b.before + b.after - a.before - a.after || (a.name < b.name ? -1 : 1);
  const byKind = (node) => data.kinds.map(([name], kind) => {
    const only = (sums) => sums.map((bytes, i) => i === kind ? bytes : 0);
    return { name, parent: node, leaves: node.leaves, depth: node.depth, kids: [], isKind: true,
      kinds: { before: only(node.kinds.before), after: only(node.kinds.after) },
      before: node.kinds.before[kind], after: node.kinds.after[kind] };
  }).filter((kid) => kid.before || kid.after).sort(bySize);
  const byName = (node, keyOf) => {
    const groups = new Map();
    node.leaves.forEach((leaf) => {
      const name = keyOf(leaf);
      const group = groups.get(name);
      if (group) group.push(leaf);
      else groups.set(name, [leaf]);
    });
    const kids = Array.from(groups, ([name, list]) =>
      sumUp({ name, parent: node, leaves: list, depth: node.depth + 1, kids: null }))
      .filter((kid) => kid.before || kid.after).sort(bySize);
    if (kids.length > MOST) {
      const others = kids.splice(MOST - 1);
      const rest = sumUp({ name: "[" + others.length + " others]", parent: node, depth: node.depth,
        leaves: others.flatMap((kid) => kid.leaves) });
      rest.kids = others.slice(0, 5 * MOST);
      rest.kids.forEach((kid) => { kid.parent = rest; });
      kids.push(rest);
    }
    return kids;
  };
  const kidsOf = (node) => {
    if (!node.kids) {
      const keyOf = orders[order][node.depth];
      const named = keyOf && node.leaves.some((leaf) => keyOf(leaf));
      node.ends = !named; // its parts are kinds
      node.kids = named ? byName(node, keyOf) : byKind(node);
    }
    return node.kids;
  };
  const roots = {};
  const rootOf = (name) => {
    roots[name] = roots[name] || sumUp({ name: "all", parent: null, depth: 0, kids: null,
      leaves: name === "crate" ? merge(leaves) : leaves });
    return roots[name];
  };
  let root = rootOf(order);
  let view = root;

  // ---- boxes: the squarified treemap -------------------------------------------------------------
  const divide = (items, sizeOf, box) => {
    const sizes = items.map(sizeOf);
    const total = sizes.reduce((a, b) => a + b, 0);
    const scale = total ? box.w * box.h / total : 0;
    const boxes = [];
    let { x, y, w, h } = box;
    for (let at = 0; at < items.length;) {
      const side = Math.min(w, h) || 1;
      let sum = sizes[at] * scale;
      let end = at + 1;
      const worst = (last, all) => Math.max(side * side * sizes[at] * scale / (all * all), all * all / (side * side * last));
      for (; end < items.length; end++) {
        const next = sizes[end] * scale;
        if (worst(next, sum + next) > worst(sizes[end - 1] * scale, sum)) break;
        sum += next;
      }
      const depth = Math.min(sum / side, Math.max(w, h));
      for (let i = at, along = 0; i < end; i++) {
        const length = sum ? side * sizes[i] * scale / sum : 0;
        boxes.push(w >= h ? { x, y: y + along, w: depth, h: length } : { x: x + along, y, w: length, h: depth });
        along += length;
      }
      if (w >= h) { x += depth; w -= depth; } else { y += depth; h -= depth; }
      at = end;
    }
    return boxes;
  };
  const lay = (node, side, box) => {
    const items = kidsOf(node).filter((kid) => kid[side] > 0).sort((a, b) => b[side] - a[side]);
    const boxes = divide(items, (kid) => kid[side], box);
    return items.map((kid, i) => ({ kid, box: boxes[i] }));
  };

  // ---- drawing -----------------------------------------------------------------------------------
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const widthOf = (letter, font) => {
    const key = font + letter;
    if (!widths.has(key)) {
      pen.font = font;
      widths.set(key, pen.measureText(letter).width);
    }
    return widths.get(key);
  };
  const fit = (text, width, font) => {
    const dots = widthOf("\u2026", font);
    let used = 0;
    let fits = 0; // letters that leave room for the dots
    for (const letter of text) {
      used += widthOf(letter, font);
      if (used + dots <= width) fits += letter.length;
      else if (used > width) return fits > 1 ? text.slice(0, fits) + "\u2026" : "";
    }
    return text;
  };
  const round = (value) => Math.round(value * 10) / 10;
  const outline = (box) => "M" + round(box.x) + " " + round(box.y) + "h" + round(box.w) + "v" + round(box.h) + "h" + round(-box.w) + "z";
  const label = (group, text, box, big, dark) => {
    const font = (big ? "600 12px" : "11px") + " system-ui, sans-serif";
    const short = box.w > 24 && box.h >= 15 ? fit(text, box.w - 7, font) : "";
    if (short) {
      const element = draw("text", { x: round(box.x + 4), y: round(box.y + 12.5), class: (big ? "big" : "") + (dark ? " dark" : "") });
      element.textContent = short;
      group.append(element);
    }
  };
  const addKinds = (paths, node, side, box) => {
    const kinds = data.kinds.map((_, kind) => kind).filter((kind) => node.kinds[side][kind] > 0)
      .sort((a, b) => node.kinds[side][b] - node.kinds[side][a]);
    const shown = box.w * box.h < 150 ? kinds.slice(0, 1) : kinds;
    divide(shown, (kind) => node.kinds[side][kind], box).forEach((part, i) => { paths[shown[i]] += outline(part); });
  };
  const drawKid = (kid, side, box) => {
    const zooms = !kid.isKind;
    const group = draw("g", { role: zooms ? "button" : "img", tabindex: "-1", "aria-label": sentence(kid) });
    const paths = data.kinds.map(() => "");
    const inner = { x: box.x + 2, y: box.y + HEADER, w: box.w - 4, h: box.h - HEADER - 2 };
    const nests = zooms && box.w > 60 && box.h > 50 && kidsOf(kid).length > 0 && !kid.ends;
    const parts = nests ? lay(kid, side, inner) : [];
    let edges = "";
    if (nests) group.append(draw("rect", { class: "head", x: box.x, y: box.y, width: box.w, height: box.h }));
    parts.forEach((part) => {
      addKinds(paths, part.kid, side, part.box);
      if (part.box.w > 2 && part.box.h > 2) edges += outline(part.box);
    });
    if (!nests) addKinds(paths, kid, side, box);
    paths.forEach((path, kind) => {
      if (path) group.append(draw("path", { d: path, fill: data.kinds[kind][1] }));
    });
    if (edges) group.append(draw("path", { d: edges, class: "inner" }));
    group.append(draw("rect", { class: "edge", x: round(box.x), y: round(box.y), width: round(box.w), height: round(box.h) }));
    label(group, kid.name + (changeOf(kid) ? " " + changeOf(kid) : ""), box, true, !nests);
    parts.forEach((part) => label(group, part.kid.name, part.box, false, true));
    return { group, parts, zooms };
  };

  // ---- what a box says ---------------------------------------------------------------------------
  const wasMoved = (node) => data.known && order === "library" && node.before > 0 && node.after < node.before && !titles.compares &&
    node.leaves.some((leaf) => leaf.timesBefore > leaf.timesAfter);
  const sentence = (node) => node.name + ": " + sides.map((side) => titles[side] + " " + sizeText(node[side]) +
    (view[side] ? ", " + percentText(node[side], view[side]) : "")).join("; ") + (changeOf(node) ? "; " + changeOf(node) : "");
  const changeOf = (node) => {
    if (!titles.compares || node.before === node.after) return "";
    const by = sizeText(Math.abs(node.after - node.before));
    return !node.before ? "new" : !node.after ? "gone" : (node.after > node.before ? "\u25b2 +" : "\u25bc \u2212") + by;
  };
  const facts = (node) => {
    const lines = sides.map((side) => [titles[side], sizeText(node[side]),
      percentText(node[side], view[side]) + (view === root ? " of all" : " of this view, " + percentText(node[side], root[side]) + " of all")]);
    const side = node.before ? "before" : "after";
    const kinds = data.kinds.map(([name, color], kind) => ({ name, color, bytes: node.kinds[side][kind] }))
      .filter((kind) => kind.bytes > 0).sort((a, b) => b.bytes - a.bytes).slice(0, 6);
    return { lines, kinds, side };
  };
  const tip = make("div", { class: "tip", role: "tooltip", hidden: "" });
  const showTip = (node, x, y) => {
    const { lines, kinds, side } = facts(node);
    const table = make("table", {});
    lines.forEach(([name, size, share]) => table.append(make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, size), make("td", {}, share))));
    kinds.forEach(({ name, color, bytes }) => {
      const swatch = make("i", {});
      swatch.style.background = color;
      table.append(make("tr", {}, make("th", { scope: "row" }, swatch, name), make("td", {}, sizeText(bytes)),
        make("td", {}, percentText(bytes, node[side]))));
    });
    tip.replaceChildren(make("b", {}, node.name), table);
    if (changeOf(node)) tip.append(make("p", {}, changeOf(node)));
    if (wasMoved(node)) tip.append(make("p", {}, node.after ? "A part of it moves to the workspace." : "It moves to the workspace."));
    tip.hidden = false;
    const frame = place.getBoundingClientRect();
    tip.style.left = Math.max(0, Math.min(x - frame.left + 14, frame.width - tip.offsetWidth)) + "px";
    const below = y - frame.top + 18;
    tip.style.top = (y + 18 + tip.offsetHeight > window.innerHeight ? Math.max(0, below - 36 - tip.offsetHeight) : below) + "px";
  };
  const hideTip = () => { tip.hidden = true; };

  // ---- the parts of the page ---------------------------------------------------------------------
  const path = make("ol", {});
  const status = make("p", { class: "soft", role: "status" });
  const fill = make("input", { type: "checkbox", id: "fill" });
  const bar = make("div", { class: "tools" });
  const starts = flat ? [] : ["library", "crate"].map((name) => make("button", { type: "button", "aria-pressed": String(name === order) }, "By " + (name === "library" ? titles.row : name)));
  if (starts.length) bar.append(make("span", { role: "group", "aria-label": "First level of the map" }, ...starts));
  if (sides.length > 1) bar.append(make("label", { for: "fill" }, fill, " " + titles.after + " fills its frame"));
  bar.append(make("nav", { "aria-label": "Path in the map" }, path));
  const panels = sides.map((side) => {
    const caption = make("figcaption", {});
    const svg = draw("svg", { role: "group" });
    const figure = make("figure", {}, caption, svg);
    return { side, caption, svg, figure, kids: [] };
  });
  place.append(bar, make("div", { class: "maps" }, ...panels.map((panel) => panel.figure)), status, tip);

  const render = () => {
    const most = Math.max(...sides.map((side) => view[side])) || 1;
    panels.forEach((panel) => {
      const { side, svg } = panel;
      const width = Math.max(200, Math.floor(panel.figure.clientWidth));
      const height = Math.round(Math.min(560, Math.max(240, width * 0.7)));
      const scale = side === "after" && fill.checked || sides.length === 1 ? 1 : Math.sqrt(view[side] / most);
      const box = { x: 0, y: height * (1 - scale), w: width * scale, h: height * scale };
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
      svg.setAttribute("aria-label", titles[side] + ": " + view.name + ", " + sizeText(view[side]));
      panel.caption.replaceChildren(titles[side] + ": ", make("b", {}, sizeText(view[side])));
      panel.kids = lay(view, side, box);
      const frame = draw("rect", { class: "frame", x: 0.5, y: 0.5, width: width - 1, height: height - 1 });
      svg.replaceChildren(frame);
      if (!panel.kids.length) {
        const empty = draw("text", { x: 10, y: 24, class: "empty" });
        empty.textContent = side === "after" && wasMoved(view) ? "It moves to the workspace." : "Nothing of it is here.";
        svg.append(empty);
      }
      panel.kids.forEach((entry) => {
        Object.assign(entry, drawKid(entry.kid, side, entry.box));
        svg.append(entry.group);
      });
      if (panel.kids.length) panel.kids[0].group.setAttribute("tabindex", "0");
    });
    mark();
  };
  const renderPath = () => {
    const chain = [];
    for (let node = view; node; node = node.parent) chain.unshift(node);
    path.replaceChildren(...chain.map((node) => {
      const button = make("button", { type: "button" }, node === root ? titles.all : node.name);
      if (node === view) button.setAttribute("aria-current", "location");
      button.addEventListener("click", () => go(node, true));
      return make("li", {}, button);
    }));
    status.textContent = view === root ? "" : view.name + ": " +
      sides.map((side) => titles[side] + " " + sizeText(view[side])).join(", ") + ", " + kidsOf(view).length + " parts";
  };
  const go = (node, focus) => {
    const from = view;
    view = node;
    hideTip();
    render();
    renderPath();
    if (focus) {
      const panel = panels.find((entry) => entry.kids.some((kid) => kid.kid === from)) || panels.find((entry) => entry.kids.length);
      const entry = panel && (panel.kids.find((kid) => kid.kid === from) || panel.kids[0]);
      if (entry) moveTo(panel, entry);
    }
  };

  // ---- pointer and keys --------------------------------------------------------------------------
  const moveTo = (panel, entry) => {
    panel.kids.forEach((other) => other.group.setAttribute("tabindex", other === entry ? "0" : "-1"));
    entry.group.focus({ preventScroll: true });
  };
  const entryOf = (panel, target) => panel.kids.find((entry) => entry.group.contains(target));
  const innermost = (panel, entry, event) => {
    const frame = panel.svg.getBoundingClientRect();
    const zoom = panel.svg.viewBox.baseVal.width / frame.width;
    const x = (event.clientX - frame.left) * zoom;
    const y = (event.clientY - frame.top) * zoom;
    const part = entry.parts.find(({ box }) => x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h);
    return part ? part.kid : entry.kid;
  };
  panels.forEach((panel) => {
    panel.svg.addEventListener("pointermove", (event) => {
      const entry = entryOf(panel, event.target);
      if (entry) showTip(innermost(panel, entry, event), event.clientX, event.clientY);
      else hideTip();
    });
    panel.svg.addEventListener("pointerleave", hideTip);
    panel.svg.addEventListener("click", (event) => {
      const entry = entryOf(panel, event.target);
      if (entry && entry.zooms) go(entry.kid, true);
    });
    panel.svg.addEventListener("focusin", (event) => {
      const entry = entryOf(panel, event.target);
      if (entry && entry.group.matches(":focus-visible")) {
        const box = entry.group.getBoundingClientRect();
        showTip(entry.kid, box.left, Math.min(box.bottom, window.innerHeight - 40));
      }
    });
    panel.svg.addEventListener("focusout", hideTip);
    panel.svg.addEventListener("keydown", (event) => {
      const at = panel.kids.findIndex((entry) => entry.group.contains(event.target));
      const last = panel.kids.length - 1;
      const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last };
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key in steps) moveTo(panel, panel.kids[Math.max(0, Math.min(last, steps[event.key]))]);
      else if ((event.key === "Enter" || event.key === " ") && panel.kids[at]) {
        if (panel.kids[at].zooms) go(panel.kids[at].kid, true);
      } else if (event.key === "Escape" || event.key === "Backspace") {
        if (view.parent) go(view.parent, true);
      } else return;
      event.preventDefault();
    });
  });
  starts.forEach((button, i) => button.addEventListener("click", () => {
    order = Object.keys(orders)[i];
    starts.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    root = rootOf(order);
    go(root, false);
  }));
  fill.addEventListener("change", () => render());

  // ---- search: what holds a hit stays bright, what is one is outlined -------------------------------
  let sought = "";
  const mark = () => {
    const hits = (name) => name.toLowerCase().includes(sought);
    const archives = archiveNames.map(hits);
    const crates = data.crates.map(hits);
    const named = new Map(members.map((member) => [member, Boolean(sought) && hits(member.name)]));
    const holds = (leaf) => archives[leaf.archive] || crates[leaf.member.crate] || named.get(leaf.member);
    const known = new Map();
    panels.forEach((panel) => panel.kids.forEach(({ kid, group }) => {
      if (sought && !known.has(kid)) known.set(kid, hits(kid.name) || kid.leaves.some(holds));
      group.classList.toggle("dim", Boolean(sought) && !known.get(kid));
      group.classList.toggle("hit", Boolean(sought) && hits(kid.name));
    }));
  };
  let width = 0;
  new ResizeObserver(() => {
    if (place.clientWidth !== width) {
      width = place.clientWidth;
      render();
    }
  }).observe(place);
  document.getElementById("plain-maps").hidden = true;
  place.hidden = false;
  renderPath();
  return { search: (text) => { sought = text; mark(); } };
})();
