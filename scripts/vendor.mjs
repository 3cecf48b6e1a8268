// Copies the front-end files that the portal serves from node_modules into static/vendor.
//
//   npm ci && npm run vendor
//
// Versions are locked by package-lock.json. The result is committed, so that neither
// running nor testing the portal needs Node. Add an icon: put its Tabler name in
// scripts/icons.txt and run this again.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

/** Vendored text without its sourceMappingURL line: hashed static storage would look for the map. */
function copyText(from, to) {
  const text = readFileSync(join(modules, from), "utf8");
  const kept = text.replace(/\n?\/[*\/]# sourceMappingURL=.*?(\*\/)?\s*$/, "\n");
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, kept);
}

function copyFile(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(modules, from), to);
}

/** One SVG sprite: <use href="icons.svg#name">. Colours and widths come from CSS. */
function sprite() {
  const list = readFileSync(join(root, "scripts", "icons.txt"), "utf8");
  const names = list.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const symbols = names.map((name) => {
    const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const inner = svg
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace("</svg>", "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s+/g, " ")
      .trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
  const head = "<!-- Tabler Icons, MIT, see vendor/tabler/LICENSE -->\n";
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${head}${symbols.join("\n")}\n</svg>\n`;
}

rmSync(vendor, { recursive: true, force: true });
copyText("bootstrap/dist/css/bootstrap.min.css", join(vendor, "bootstrap/bootstrap.min.css"));
copyText("bootstrap/dist/js/bootstrap.bundle.min.js", join(vendor, "bootstrap/bootstrap.bundle.min.js"));
copyFile("bootstrap/LICENSE", join(vendor, "bootstrap/LICENSE"));
copyFile(
  "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  join(vendor, "inter/inter-latin-wght-normal.woff2"),
);
copyFile("@fontsource-variable/inter/LICENSE", join(vendor, "inter/LICENSE"));
copyFile("@tabler/icons/LICENSE", join(vendor, "tabler/LICENSE"));
mkdirSync(join(root, "static", "img"), { recursive: true });
writeFileSync(join(root, "static", "img", "icons.svg"), sprite());
copyText("axe-core/axe.min.js", join(root, "tests", "browser", "vendor", "axe.min.js"));
copyFile("axe-core/LICENSE", join(root, "tests", "browser", "vendor", "axe-LICENSE"));
