package table

import "strings"

// missingWords are the cells that stand for a missing value, in lower case, as programs and people
// write them. Those that are true may be the name of a class as well: see Table.namesOf.
var missingWords = map[string]bool{
	"": false, "?": false, "??": false, "na": false, "n/a": false, "#n/a": false, "#na": false,
	"#n/a n/a": false, "<na>": false, "n.a.": false, "n. a.": false, "k.a.": false, "k. a.": false,
	"nan": false, "-nan": false, "+nan": false, "nan(ind)": false, "-nan(ind)": false, "nat": false,
	"1.#ind": false, "-1.#ind": false, "1.#qnan": false, "-1.#qnan": false,
	"null": false, "nil": false, "(null)": false, "<null>": false, `\n`: false,
	"#nv": false, "#n/d": false, "#nd": false, "n.d.": false, "n. d.": false, "n/d": false, "n.v.": false, "n.b.": false,

	"none": true, "-": true, "--": true, "---": true, "–": true, "—": true, ".": true, "..": true,
	"...": true, "…": true, "*": true, "missing": true, "undefined": true, "tbd": true,
	"fehlt": true, "fehlend": true, "manquant": true, "faltante": true,
}

// longestMissing is the number of bytes of the longest word that stands for a missing value.
var longestMissing = func() int {
	n := 0
	for word := range missingWords {
		n = max(n, len(word))
	}
	return n
}()

// missingFirst has the first bytes of these words, to tell most cells apart at once.
var missingFirst = func() (first [256]bool) {
	for word := range missingWords {
		if word != "" {
			first[word[0]] = true
			first[strings.ToUpper(word)[0]] = true
		}
	}
	return first
}()

// longestError is the number of bytes of the longest error of a spreadsheet.
const longestError = 20

// isSpreadsheetError reports whether a cell is the error of a formula, in any language: #REF!, #VALEUR!
// or #NAME?.
func isSpreadsheetError(cell string) bool {
	return len(cell) > 2 && len(cell) <= longestError && cell[0] == '#' && strings.IndexByte("!?", cell[len(cell)-1]) >= 0 &&
		strings.ToUpper(cell) == cell && !strings.ContainsAny(cell, blanks)
}

// missing reports whether a cell stands for a missing value.
func missing(cell string) bool {
	switch {
	case cell == "":
		return true
	case cell[0] == '#' && isSpreadsheetError(cell):
		return true
	case len(cell) > longestMissing || !missingFirst[cell[0]]:
		return false
	}
	_, ok := missingWords[strings.ToLower(cell)]
	return ok
}

// mayBeName reports whether a cell that stands for a missing value may be the name of a class as well.
func mayBeName(cell string) bool { return missingWords[strings.ToLower(cell)] }
