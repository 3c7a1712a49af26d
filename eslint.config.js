import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";

export default [
  js.configs.recommended,
  // The youngest syntax that all browsers of the floor read; tests/script/floor.test.js judges names.
  { files: ["public/*.js", "public/clients/*.mjs"], languageOptions: { ecmaVersion: 2022 } },
  {
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-unresolved": "error",
      "max-lines": ["error", 200],
      "no-cond-assign": ["error", "always"],
      "no-nested-ternary": "error",
      "no-return-assign": ["error", "always"],
      "no-sequences": ["error", { allowInParentheses: false }],
      "no-undef": "off", // tsc and the tests know the names of browsers and of Node.js
      "no-unused-expressions": "error",
      "prefer-const": "error",
    },
  },
  // A program takes a client as one file.
  { files: ["public/clients/*.mjs"], rules: { "max-lines": "off" } },
];
