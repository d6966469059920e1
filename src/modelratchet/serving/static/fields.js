// One field of the form for each column: a number, a choice of categories, or a text where there are too many of them.

import { element } from "./element.js";

const MOST_CHOICES = 200;
const OTHER = "other";
const MISSING = "missing";

export function makeField(column, place, refuses) {
  const id = `column-${place}`;
  const parts = column.kind === "numeric" ? numberParts(column, id) : textParts(column, id, refuses.unseen_categories);
  const fault = element("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  const hint = element("p", { class: "hint", id: `${id}-hint` }, hintOf(column));
  const node = element("div", { class: "field" }, element("label", { for: id }, column.name), hint, element("div", {}, ...parts.nodes), fault);
  const mark = (message, isWarning = false) => {
    fault.textContent = message;
    node.classList.toggle("wrong", Boolean(message) && !isWarning);
    node.classList.toggle("unusual", Boolean(message) && isWarning);
    parts.control.setAttribute("aria-invalid", String(Boolean(message) && !isWarning));
  };
  const look = () => mark(parts.isUnusual() ? "outside of what training saw" : "", true);
  const fill = () => {
    parts.write(column.typical);
    mark("");
  };
  parts.control.setAttribute("aria-describedby", `${hint.id} ${fault.id}`);
  node.addEventListener("input", look);
  fill();
  return { name: column.name, node, fill, mark, clear: look, read: parts.read, isReadable: parts.isReadable };
}

function hintOf(column) {
  const missing = column.allows_missing ? ", may be missing" : "";
  if (column.kind !== "numeric") return `text, ${column.categories.length} categories${missing}`;
  const range = column.minimum === null ? "range unknown" : `${shown(column.minimum)} to ${shown(column.maximum)}`;
  return `number, ${range}${missing}`;
}

const shown = (number) => (Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(5))));

function numberParts(column, id) {
  const placeholder = column.allows_missing ? "missing" : null;
  const control = element("input", { id, type: "number", step: "any", autocomplete: "off", placeholder });
  return {
    control,
    nodes: [control],
    read: () => (control.value === "" ? null : Number(control.value)),
    // what is no number has no value, and would else be sent as a missing one
    isReadable: () => !control.validity.badInput,
    write: (value) => {
      control.value = value ?? "";
    },
    isUnusual: () =>
      control.value !== "" && column.minimum !== null && !(control.value >= column.minimum && control.value <= column.maximum),
  };
}

function textParts(column, id, policy) {
  return column.categories.length > MOST_CHOICES ? openParts(column, id) : choiceParts(column, id, policy === "refuse");
}

function openParts(column, id) {
  const options = column.categories.map((category) => element("option", { value: category }));
  const placeholder = column.allows_missing ? "missing" : null;
  const control = element("input", { id, type: "text", list: `${id}-list`, autocomplete: "off", placeholder });
  return {
    control,
    nodes: [control, element("datalist", { id: `${id}-list` }, ...options)],
    read: () => (control.value === "" ? null : control.value),
    isReadable: () => true,
    write: (value) => {
      control.value = value ?? "";
    },
    isUnusual: () => control.value !== "" && !column.categories.includes(control.value),
  };
}

function choiceParts(column, id, isClosed) {
  // options are numbered, for a category may be called "missing"
  const options = column.categories.map((category, place) => element("option", { value: place }, category));
  if (column.allows_missing || !options.length) options.push(element("option", { value: MISSING }, "(missing)"));
  if (!isClosed) options.push(element("option", { value: OTHER }, "another…"));
  const control = element("select", { id }, ...options);
  const other = element("input", { type: "text", autocomplete: "off", hidden: true, "aria-label": `another ${column.name}` });
  control.addEventListener("change", () => {
    other.hidden = control.value !== OTHER;
    if (!other.hidden) other.focus();
  });
  return {
    control,
    nodes: [control, other],
    read: () => {
      if (control.value === MISSING) return null;
      return control.value === OTHER ? other.value : column.categories[Number(control.value)];
    },
    isReadable: () => true,
    write: (value) => {
      control.value = value === null ? MISSING : column.categories.indexOf(value);
      other.hidden = true;
    },
    isUnusual: () => control.value === OTHER && !column.categories.includes(other.value),
  };
}
