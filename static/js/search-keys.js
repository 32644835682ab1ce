// "/" goes to the search box from anywhere; arrows go from the box on the page of results to the hits and among them.
const hits = [...document.querySelectorAll(".hit-list .hit__title a")];
const box = document.querySelector("main input[type=search]");

function isTyping(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}

function toSearch() {
  const seen = [...document.querySelectorAll("live-search input[type=search]")].find((input) => input.checkVisibility());
  if (seen) {
    seen.focus();
    seen.select();
  } else document.querySelector(".site-header__find")?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement;
  const at = hits.indexOf(here);
  if (event.key === "/" && !isTyping(here)) toSearch();
  else if (event.key === "ArrowDown" && hits.length && (at >= 0 || here === box)) hits[Math.min(at + 1, hits.length - 1)].focus();
  else if (event.key === "ArrowUp" && at > 0) hits[at - 1].focus();
  else if (event.key === "ArrowUp" && at === 0) box?.focus();
  else return;
  event.preventDefault();
});
