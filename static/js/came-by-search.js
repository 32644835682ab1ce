// Fills in, on a form that asks whether an article helped, what the reader had searched for when they opened it.
const question = document.querySelector("#feedback input[name=q]");
if (question && document.referrer) {
  const from = new URL(document.referrer);
  if (from.origin === location.origin && from.pathname === "/search") question.value = from.searchParams.get("q") || "";
}
