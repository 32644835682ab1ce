// The contents list beside an article marks the part that is being read.
const entries = [...document.querySelectorAll(".contents--beside a")];
const links = new Map(entries.map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);

function follow() {
  const reading = headings.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 3) ?? headings[0];
  for (const [id, link] of links) link.setAttribute("aria-current", String(id === reading.id));
}

if (headings.length > 1) {
  new IntersectionObserver(follow).observe(headings[0]);
  for (const heading of headings) new IntersectionObserver(follow, { rootMargin: "0px 0px -66% 0px" }).observe(heading);
}
