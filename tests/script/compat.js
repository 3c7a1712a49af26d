// What the page uses of the web platform, by the names of MDN's compatibility data, and since when
// browsers have it.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as css from "css-tree";
import { SyntaxKind } from "typescript/unstable/ast";
import { API, ObjectFlags } from "typescript/unstable/sync";

const data = createRequire(import.meta.url)("@mdn/browser-compat-data");
const JS = "javascript.builtins";

/** The browsers that are judged, as the data names them. */
export const BROWSERS = ["chrome", "firefox", "safari", "safari_ios"];
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the feature at a path such as api.AbortSignal.timeout_static, if there is one. */
function feature(path) {
  const found = path.split(".").reduce((inside, name) => inside?.[name], data);
  return found?.__compat && path;
}

/** Returns the first of the paths that names a feature. */
function known(paths) {
  return paths.map(feature).find(Boolean);
}

/**
 * Returns the first version of a browser that has a feature in full under its own name: "116", or
 * Infinity if there is none.
 */
export function since(path, browser) {
  const { support } = path.split(".").reduce((inside, name) => inside[name], data).__compat;
  const versions = [support[browser] ?? []].flat().filter((statement) => {
    const { flags, prefix, alternative_name: other, partial_implementation: partial } = statement;
    return !flags && !prefix && !other && !partial && !statement.version_removed;
  });
  const numbers = versions.map(({ version_added: added }) => {
    return added && added !== "preview" ? Number.parseFloat(added.replace("≤", "")) : Infinity;
  });
  return Math.min(Infinity, ...numbers);
}

/** Returns what the script in a folder uses, and in which file. */
export function ofScript(folder, end = ".js") {
  const config = `${root}jsconfig.json`;
  const uses = new Map();
  const api = new API({ cwd: root });
  try {
    const { checker, program } = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    for (const file of filesIn(folder, end)) {
      eachName(checker, program.getSourceFile(file), (owners, name) => {
        const path = owners.length ? member(owners, name) : known([`api.${name}`, `${JS}.${name}`]);
        if (path) uses.set(path, file);
      });
    }
  } finally {
    api.close();
  }
  return uses;
}

/**
 * Calls visit with each name of the script, and with the names of the types that it may be a member
 * of: none for what stands alone, and "any" if nothing is known.
 */
function eachName(checker, node, visit) {
  /** The names of a type and of what it inherits from. */
  const owners = (type) => {
    const parts = type?.getTypes?.() ?? [];
    if (parts.length) return parts.flatMap(owners);
    const one = type && (checker.getApparentType(type) ?? type);
    const target = one?.getTarget?.() ?? one;
    const bases =
      target?.objectFlags & ObjectFlags.ClassOrInterface ? checker.getBaseTypes(target) : [];
    const name = one?.getSymbol?.()?.name ?? "any";
    return [name.replace(/^Readonly(?=Array|Map|Set)|Constructor$/, ""), ...bases.flatMap(owners)];
  };
  if (node.kind === SyntaxKind.PropertyAccessExpression) {
    const { expression, name } = node;
    const types = owners(checker.getTypeAtLocation(expression));
    visit(expression.text ? [expression.text, ...types] : types, name.text);
  } else if (node.kind === SyntaxKind.ObjectBindingPattern) {
    const types = owners(checker.getTypeAtLocation(node));
    for (const { propertyName, name } of node.elements) visit(types, (propertyName ?? name).text);
  } else if (node.kind === SyntaxKind.Identifier) visit([], node.text);
  node.forEachChild((child) => eachName(checker, child, visit));
}

/** Returns the feature that is a member of one of some types. */
function member(owners, name) {
  const path = known(
    owners.flatMap((owner) => [
      `api.${owner}.${name}`,
      `api.${owner}.${name}_static`,
      `${JS}.${owner}.${name}`,
    ]),
  );
  return path ?? (owners.includes("any") ? oldest(name) : undefined);
}

/** Returns the oldest member of a name, whatever it is a member of. */
function oldest(name) {
  const paths = [
    ...Object.keys(data.api).map((type) => `api.${type}.${name}`),
    ...Object.keys(data.javascript.builtins).map((type) => `${JS}.${type}.${name}`),
  ].filter(feature);
  const newest = (path) => Math.max(...BROWSERS.map((browser) => since(path, browser)));
  return paths.sort((a, b) => newest(a) - newest(b))[0];
}

/** Returns what a style sheet uses, and in which line. */
export function ofStyle(text) {
  const uses = new Map();
  const use = ({ loc }, ...paths) => {
    const path = known(paths);
    if (path) uses.set(path, `line ${loc.start.line}`);
  };
  css.walk(css.parse(text, { positions: true }), function (node) {
    const property = this.declaration?.property;
    const { type, name } = node;
    if (type === "Declaration") use(node, `css.properties.${node.property}`);
    else if (type === "Atrule") use(node, `css.at-rules.${name}`);
    else if (type === "Feature") use(node, `css.at-rules.${this.atrule.name}.${name}`);
    else if (type.startsWith("Pseudo")) use(node, `css.selectors.${name}`);
    else if (type === "NestingSelector") use(node, "css.selectors.nesting");
    else if (type === "AttributeSelector") use(node, "css.selectors.attribute");
    else if (type === "Identifier") use(node, `css.properties.${property}.${name}`);
    else if (type === "Dimension") use(node, `css.types.length.${node.unit}`);
    else if (type === "Function") {
      use(
        node,
        `css.types.${name}`,
        `css.types.color.${name}`,
        `css.properties.${property}.${name}`,
      );
    }
  });
  return uses;
}

/** Returns what the elements of the templates in a folder use, and in which file. */
export function ofMarkup(folder) {
  const uses = new Map();
  for (const file of filesIn(folder, ".templ")) {
    const text = readFileSync(file, "utf8").replaceAll(/{[^{}]*}|"[^"]*"/g, '""');
    for (const [, tag, attributes] of text.matchAll(/<([a-z][a-z\d]*)((?:\s[^<>]*)?)>/g)) {
      const element = known([`html.elements.${tag}`, `svg.elements.${tag}`]);
      if (element) uses.set(element, file);
      for (const [name] of attributes.matchAll(/[a-z][-a-z]*(?=\?|=|\s|$)/g)) {
        const attribute = known([`${element}.${name}`, `html.global_attributes.${name}`]);
        if (attribute) uses.set(attribute, file);
      }
    }
  }
  return uses;
}

/** Returns the paths of the files in a folder whose names end so. */
function filesIn(folder, end) {
  const names = readdirSync(folder).filter((name) => name.endsWith(end));
  return names.map((name) => join(folder, name));
}
