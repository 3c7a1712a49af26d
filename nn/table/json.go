package table

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// looksLikeJSON reports whether a text begins like JSON. A name such as [cm] does not.
func looksLikeJSON(text string) bool {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	inside := strings.TrimSpace(text[1:])
	return text[0] == '{' || inside == "" || strings.IndexByte(`{["]-0123456789tfnN`, inside[0]) >= 0
}

// A jsonReader makes rows of JSON values.
type jsonReader struct {
	*jsonText
	table   *Table
	columns map[string]int // of rows that are objects
	total   int
}

// The forms of JSON that are read, as an error names them.
const jsonForms = "a table is a list of objects or of lists, an object of lists, or an object with columns " +
	"and data, or with data and target"

// readJSON reads JSON. named reports that the columns have their names from it.
func (t *Table) readJSON(o Options, p *pace.Pace) (named bool, r *lineReader, err error) {
	t.JSON = true
	text, err := parseJSON(t.text, p)
	if err != nil {
		return false, nil, cmp.Or(p.Stopped(), err)
	}
	j := &jsonReader{jsonText: text, table: t}
	var top []int
	for i := 0; i < len(j.nodes); i = int(j.nodes[i].next) {
		top = append(top, i)
	}
	form := ""
	switch first := top[0]; {
	case len(top) > 1:
		form, err = "a row of JSON in each line", j.rows(top)
	case j.nodes[first].kind == jsonArray:
		items := j.items(first)
		if len(items) > 0 && j.isScalar(items[0]) {
			return false, nil, errorAt(int(j.nodes[items[0]].line), "", "every row must be an object, or every row a list")
		}
		form, err = "JSON, a list of rows", j.rows(items)
	default:
		form, err = j.object(first)
	}
	if err != nil {
		return false, nil, err
	}
	t.Decisions = append(t.Decisions, Decision{Name: "format", Label: "Format", Says: form})
	if len(t.Rows) == 0 {
		return false, nil, errorAt(0, "", "the table has no row of data")
	}
	if t.Columns == nil {
		return false, nil, nil
	}
	t.Header = true
	for i, row := range t.Rows { // early rows may lack members that later ones have
		if !p.Count(cellWork * len(t.Columns)) {
			return true, nil, p.Stopped()
		}
		t.Rows[i].Cells = append(row.Cells, make([]string, len(t.Columns)-len(row.Cells))...)
	}
	return true, nil, nil
}

// object reads a table that is one object, and returns what its form is called.
func (j *jsonReader) object(i int) (form string, err error) {
	data, twice := j.member(i, "data")
	columns, _ := j.member(i, "columns")
	target, _ := j.member(i, "target")
	features, _ := j.member(i, "features")
	switch {
	case twice:
		return "", errorAt(int(j.nodes[data].line), "", "data is given twice")
	case features >= 0 && j.says(i, "type", "FeatureCollection"):
		return "JSON, points on a map (GeoJSON)", j.geo(features)
	case data >= 0 && columns >= 0 && j.nodes[data].kind == jsonArray && j.nodes[columns].kind == jsonArray:
		return "JSON, columns and data", j.split(columns, data, -1)
	case data >= 0 && target >= 0 && j.nodes[data].kind == jsonArray && j.nodes[target].kind == jsonArray:
		names, _ := j.member(i, "feature_names")
		return "JSON, data and target", j.split(names, data, target)
	case data >= 0 && j.nodes[data].kind == jsonArray:
		return "JSON, rows as data", j.rows(j.items(data))
	case data >= 0 && j.nodes[data].kind == jsonObject:
		return j.object(data)
	}
	values := j.items(i)
	lists, objects, records := 0, 0, -1
	for _, k := range values {
		switch j.nodes[k].kind {
		case jsonArray:
			lists++
			if items := j.items(k); len(items) > 0 && !j.isScalar(items[0]) {
				records = k
			}
		case jsonObject:
			objects++
		}
	}
	switch {
	case data >= 0 && lists+objects == 0:
		return "", errorAt(int(j.nodes[data].line), "", "data must be a list of rows")
	case len(values) == 0:
	case records >= 0 && lists == 1:
		return "JSON, a list of rows", j.rows(j.items(records))
	case lists == len(values) && records < 0:
		return "JSON, a list for each column", j.lists(i)
	case objects == len(values):
		if j.byIndex(values) {
			return "JSON, an object for each row", j.rows(values)
		}
		return "JSON, an object for each column", j.byColumn(i)
	case objects == 0 && lists == 0:
		return "JSON, one row", j.rows([]int{i})
	}
	return "", errorAt(0, "", "no table is found in the JSON; "+jsonForms)
}

// says reports whether a member is a string.
func (j *jsonText) says(object int, name, value string) bool {
	k, _ := j.member(object, name)
	return k >= 0 && j.nodes[k].kind == jsonString && j.raw(k) == value
}

// byIndex reports whether the objects in an object are its rows, and not its columns: they are
// numbered, and their members have names; or the members have usual names of columns; or each has
// values of several kinds. If nothing tells, as of numbers only, there are more of them than members in
// each; but what pandas numbers both ways are columns.
func (j *jsonReader) byIndex(values []int) bool {
	members := j.items(values[0])
	outer, inner := j.allNames(values, j.isIndex), j.allNames(members, j.isIndex)
	if outer != inner {
		return outer
	}
	if known, usual := j.someName(values), j.someName(members); known != usual {
		return usual
	}
	mixed, kinds := false, [2]bool{}
	for _, k := range values {
		var here [2]bool // strings; numbers and words
		for _, v := range j.items(k) {
			switch kind := j.nodes[v].kind; {
			case kind == jsonString:
				here[0] = true
			case kind == jsonNumber || kind == jsonWord && j.raw(v) != "null":
				here[1] = true
			}
		}
		mixed = mixed || here[0] && here[1]
		kinds[0], kinds[1] = kinds[0] || here[0], kinds[1] || here[1]
		j.Count(int(j.nodes[k].next) - k)
	}
	if kinds[0] && kinds[1] {
		return mixed
	}
	return !outer && len(values) > len(members)
}

// allNames reports whether the names of all values are such.
func (j *jsonReader) allNames(values []int, such func(name int) bool) bool {
	return !slices.ContainsFunc(values, func(k int) bool { return !such(k - 1) })
}

// someName reports whether the name of one value is a usual name of a column.
func (j *jsonReader) someName(values []int) bool {
	return slices.ContainsFunc(values, func(k int) bool { return isKnown(j.raw(k - 1)) })
}

func (j *jsonText) isIndex(i int) bool {
	name := j.raw(i)
	return name != "" && strings.Trim(name, "0123456789") == ""
}

// rows reads rows that are all objects or all lists.
func (j *jsonReader) rows(items []int) error {
	for _, i := range items {
		var err error
		line := int(j.nodes[i].line)
		switch kind := j.nodes[i].kind; {
		case kind == jsonObject && (j.columns != nil || len(j.table.Rows) == 0):
			err = j.rowOf(line, j.items(i))
		case kind == jsonArray && j.columns == nil:
			err = j.list(line, j.items(i), -1)
		default:
			err = errorAt(line, "", "every row must be an object, or every row a list")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add adds a row.
func (j *jsonReader) add(line int, cells []string) error {
	j.table.Rows = append(j.table.Rows, Row{line, cells})
	j.total += len(cells)
	j.Count(cellWork * len(cells))
	if j.total > MaxCells || len(j.table.Rows)*len(j.table.Columns) > MaxCells {
		return errTooMany()
	}
	return j.Stopped()
}

// column returns the column of a name, which may be new.
func (j *jsonReader) column(name string) (int, error) {
	if j.columns == nil {
		j.columns = map[string]int{}
	}
	i, known := j.columns[name]
	if known {
		return i, nil
	}
	if i = len(j.table.Columns); i == MaxCells {
		return 0, errTooMany()
	}
	j.columns[name] = i
	j.table.Columns = append(j.table.Columns, Column{Name: strings.TrimSpace(name)})
	return i, nil
}

// columnOf returns the column, which may be new, of a value in an object, and its name.
func (j *jsonReader) columnOf(value int) (i int, name string, err error) {
	if name, err = j.stringOf(value - 1); err == nil {
		i, err = j.column(name)
	}
	return i, name, err
}

// rowOf reads a row of an object's values.
func (j *jsonReader) rowOf(line int, values []int) error {
	cells := make([]string, len(j.table.Columns))
	given := make([]bool, len(cells))
	for _, k := range values {
		i, name, err := j.columnOf(k)
		if err != nil {
			return err
		}
		if i == len(cells) {
			cells, given = append(cells, ""), append(given, false)
		}
		if given[i] {
			return errorAt(int(j.nodes[k].line), clip(name), "is given twice in one row")
		}
		given[i] = true
		if cells[i], err = j.cell(k); err != nil {
			return err
		}
	}
	return j.add(line, cells)
}

// list reads a row of items, and one more that stands elsewhere unless it is -1.
func (j *jsonReader) list(line int, items []int, more int) error {
	if more >= 0 {
		items = append(items, more)
	}
	cells := make([]string, len(items))
	for i, k := range items {
		var err error
		if cells[i], err = j.cell(k); err != nil {
			return err
		}
	}
	if rows := j.table.Rows; len(rows) > 0 && len(rows[0].Cells) != len(cells) {
		return errorAt(line, "", "has %s; the first row has %d", count(len(cells), "cell"), len(rows[0].Cells))
	}
	return j.add(line, cells)
}
