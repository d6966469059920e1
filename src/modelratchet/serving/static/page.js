// The page at "/": makes the form of form.json, sends its row to predict, and shows what comes back.
// What the server says is untrusted: it becomes text, never markup, and the page's policy forbids the rest.

import { showAnswer, showFault, showProblem, showTerminal } from "./answer.js";
import { element } from "./element.js";
import { makeField } from "./fields.js";

const ROUTE = "predict";
const byId = (id) => document.getElementById(id);

function showModel(about) {
  const { name, version, bundle } = about.model;
  document.title = `${name} ${version}`;
  byId("name").textContent = name;
  const facts = { version, predicts: `${about.label} (${about.task})`, bundle };
  for (const [term, fact] of Object.entries(facts)) {
    byId("facts").append(element("div", {}, element("dt", {}, term), element("dd", {}, fact)));
  }
}

function rowOf(fields) {
  const row = Object.create(null); // a column may be called __proto__
  for (const field of fields) row[field.name] = field.read();
  return row;
}

async function predict(fields, label) {
  for (const field of fields) field.clear();
  const unreadable = fields.find((field) => !field.isReadable());
  if (unreadable) {
    unreadable.mark("found something that is no number");
    return;
  }
  const body = JSON.stringify({ rows: [rowOf(fields)] });
  showTerminal(byId("terminal"), new URL(ROUTE, document.baseURI), body);
  const response = await fetch(ROUTE, { method: "POST", headers: { "content-type": "application/json" }, body });
  const document_ = await response.json();
  if (response.ok) {
    showAnswer(byId("said"), document_, label);
  } else {
    showProblem(byId("said"), document_);
    markColumn(fields, document_);
  }
}

function markColumn(fields, { column, detail }) {
  // there is one row here, and the message stands at its column
  const place = `row 0, column ${column}: `;
  const said = detail.startsWith(place) ? detail.slice(place.length) : detail;
  fields.find((field) => field.name === column)?.mark(said);
}

async function start() {
  const about = await (await fetch("page/form.json")).json();
  showModel(about);
  const fields = about.columns.map((column, place) => makeField(column, place, about.refuses));
  byId("fields").append(...fields.map((field) => field.node));
  const form = byId("row");
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of fields) field.fill();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      await predict(fields, about.label);
    } catch (error) {
      showFault(byId("said"), error);
    }
    button.disabled = false;
    const marked = form.querySelector("[aria-invalid=true]");
    marked?.focus({ preventScroll: true });
    (marked ?? byId("answer")).scrollIntoView({ block: "nearest" });
  });
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

start().catch((error) => showFault(byId("said"), error));
