// Keys of the table of lines: arrows go from line to line, Enter opens the page of one, r its
// review, / the search. Without this script the links do the same.

const links = [...document.querySelectorAll("a[data-line]")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = document.activeElement.matches("input, select, textarea");
  if (event.key === "Escape" && typing) document.activeElement.blur();
  if (typing) return;
  const row = document.activeElement.closest("tr");
  const at = links.findIndex((a) => a.closest("tr") === row);
  const go = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1 }[event.key];
  if (go !== undefined && links[go]) {
    links[go].focus();
    links[go].scrollIntoView({ block: "nearest" });
  } else if (event.key === "/") {
    document.querySelector("input[name=q]").focus();
  } else if (event.key === "r" && at >= 0) {
    row.querySelector('a[href*="/review?"]')?.click();
  } else {
    return;
  }
  event.preventDefault();
});
