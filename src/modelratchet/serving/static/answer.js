// Shows what the server answered: classes with their probabilities as bars, a number, or a problem document.

import { element } from "./element.js";

const MOST_CLASSES = 12;

export function showAnswer(place, answered, label) {
  const [prediction] = answered.predictions;
  const parts = "label" in prediction ? ofClasses(prediction, label) : [headline(label, number(prediction.prediction))];
  place.replaceChildren(...parts, about(answered.request_id, answered.model.version));
}

export function showProblem(place, problem) {
  const kind = String(problem.type).split(":").pop();
  place.replaceChildren(
    element("p", { class: "problem" }, element("strong", {}, problem.title ?? "Refused"), ` ${problem.detail ?? ""}`),
    element("p", { class: "soft" }, `${problem.status} ${kind}, request ${problem.request_id}`),
  );
}

export function showFault(place, error) {
  const text = `The server gave no answer that this page can read: ${error.message}`;
  place.replaceChildren(element("p", { class: "problem" }, text));
}

export function showTerminal(place, address, body) {
  const line = `curl -s ${quoted(address.href)} -H 'content-type: application/json' -d ${quoted(body)}`;
  const isOpen = place.querySelector("details")?.open ?? false;
  const text = element("pre", { tabindex: "0" }, element("code", {}, line));
  place.replaceChildren(element("details", { open: isOpen }, element("summary", {}, "The same from a terminal"), text));
}

function ofClasses(prediction, label) {
  const shares = Object.entries(prediction.probabilities).sort((one, other) => other[1] - one[1]);
  const rows = shares.slice(0, MOST_CLASSES).map(([name, share]) => barRow(name, share));
  const head = element("tr", {}, ...["class", "probability", ""].map((text) => element("th", { scope: "col" }, text)));
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  const left = shares.length - MOST_CLASSES;
  const more = left > 0 ? [element("p", { class: "soft" }, `${left} classes with less are not shown.`)] : [];
  return [headline(label, prediction.label), table, ...more];
}

function barRow(name, share) {
  const bar = element("span", { class: "bar" });
  bar.style.width = `${share * 100}%`;
  const cells = [element("td", { class: "track", "aria-hidden": "true" }, bar), element("td", { class: "number" }, percent(share))];
  return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
}

const headline = (label, text) => element("p", { class: "headline" }, `${label} = ${text}`);
const about = (id, version) => element("p", { class: "soft" }, `request ${id}, version ${version}`);
const percent = (share) => `${(share * 100).toFixed(share > 0 && share < 0.001 ? 4 : 1)} %`;
// what float32 adds behind the seventh digit is noise
const number = (value) => String(Number(value.toPrecision(7)));
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
