package table

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"nnvisu/nn/pace"
)

// A jsonReader reads rows token by token, so that it knows the line of each row.
type jsonReader struct {
	*json.Decoder
	*pace.Pace
	text         string
	line, offset int
	table        *Table
	columns      map[string]int // of rows that are objects
}

// readJSON reads JSON. named reports that the rows were objects, whose members named the columns.
func (t *Table) readJSON(text string, p *pace.Pace) (named bool, err error) {
	decoder := json.NewDecoder(pace.NewReader(p, text))
	r := &jsonReader{Decoder: decoder, Pace: p, text: text, line: 1, table: t}
	r.UseNumber()
	begin, err := r.Token()
	if err != nil {
		return false, r.broken(err)
	}
	if begin == json.Delim('{') {
		err = r.data()
	} else {
		err = r.rows()
	}
	if err != nil {
		return false, err
	}
	if _, err := r.Token(); err != io.EOF {
		return false, errorAt(r.here(), "", "something stands behind the end of the JSON")
	}
	if len(t.Rows) == 0 {
		return false, errorAt(0, "", "the table has no row of data")
	}
	if r.columns == nil {
		return false, nil
	}
	t.Header = true
	for i, row := range t.Rows { // early rows may lack members that later ones have
		if !p.Count(cellWork * len(t.Columns)) {
			return true, p.Stopped()
		}
		t.Rows[i].Cells = append(row.Cells, make([]string, len(t.Columns)-len(row.Cells))...)
	}
	return true, nil
}

// here returns the line of what was read last.
func (r *jsonReader) here() int {
	at := min(int(r.InputOffset()), len(r.text))
	r.line += strings.Count(r.text[r.offset:at], "\n")
	r.offset = at
	return r.line
}

func (r *jsonReader) broken(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errorAt(1+strings.Count(strings.TrimRight(r.text, "\n"), "\n"), "",
			"the JSON ends too early")
	case errors.As(err, &syntax):
		return errorAt(r.here(), "", "is not JSON: %v", syntax)
	}
	return errorAt(r.here(), "", "is not JSON")
}

// data reads an object that has the rows as its member data.
func (r *jsonReader) data() error {
	found := false
	for r.More() {
		name, err := r.Token()
		if err != nil {
			return r.broken(err)
		}
		if name != "data" {
			var skipped json.RawMessage
			if err := r.Decode(&skipped); err != nil {
				return r.broken(err)
			}
			continue
		}
		line := r.here()
		begin, err := r.Token()
		switch {
		case err != nil:
			return r.broken(err)
		case begin != json.Delim('['):
			return errorAt(line, "", "data must be a list of rows")
		case found:
			return errorAt(line, "", "data is given twice")
		}
		found = true
		if err := r.rows(); err != nil {
			return err
		}
	}
	if _, err := r.Token(); err != nil {
		return r.broken(err)
	}
	if !found {
		return errorAt(0, "", "the JSON object has no member data; a table is a list of rows")
	}
	return nil
}

// rows reads the rest of a list of rows.
func (r *jsonReader) rows() error {
	total := 0
	for r.More() {
		begin, err := r.Token()
		if err != nil {
			return r.broken(err)
		}
		line := r.here()
		switch {
		case begin == json.Delim('{') && (r.columns != nil || len(r.table.Rows) == 0):
			err = r.object(line)
		case begin == json.Delim('[') && r.columns == nil:
			err = r.list(line)
		default:
			err = errorAt(line, "", "every row must be an object, or every row a list")
		}
		if err != nil {
			return err
		}
		rows := len(r.table.Rows)
		total += len(r.table.Rows[rows-1].Cells)
		if total > MaxCells || rows*len(r.table.Columns) > MaxCells {
			return errTooMany()
		}
	}
	if _, err := r.Token(); err != nil { // the end of the list
		return r.broken(err)
	}
	return nil
}

func (r *jsonReader) object(line int) error {
	if r.columns == nil {
		r.columns = map[string]int{}
	}
	cells := make([]string, len(r.table.Columns))
	given := make([]bool, len(cells))
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return r.broken(err)
		}
		name := token.(string) // the decoder takes nothing else for a name
		i, known := r.columns[name]
		if !known {
			i = len(cells)
			if i == MaxCells {
				return errTooMany()
			}
			r.columns[name] = i
			r.table.Columns = append(r.table.Columns, Column{Name: strings.TrimSpace(name)})
			cells, given = append(cells, ""), append(given, false)
		}
		if given[i] {
			return errorAt(r.here(), clip(name), "is given twice in one row")
		}
		given[i] = true
		if cells[i], err = r.cell(clip(name)); err != nil {
			return err
		}
	}
	if _, err := r.Token(); err != nil {
		return r.broken(err)
	}
	r.table.Rows = append(r.table.Rows, Row{line, cells})
	return nil
}

func (r *jsonReader) list(line int) error {
	var cells []string
	for r.More() {
		cell, err := r.cell("")
		if err != nil {
			return err
		}
		if cells = append(cells, cell); len(cells) > MaxCells {
			return errTooMany()
		}
	}
	if _, err := r.Token(); err != nil {
		return r.broken(err)
	}
	return r.table.addRow(line, cells)
}

// cell reads a value as the text of a cell.
func (r *jsonReader) cell(column string) (string, error) {
	token, err := r.Token()
	if err != nil {
		return "", r.broken(err)
	}
	switch v := token.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case json.Number:
		return v.String(), nil
	case bool:
		if v {
			return "true", nil
		}
		return "false", nil
	case nil:
		return "", nil
	}
	return "", errorAt(r.here(), column, "a cell must be a number, a string, true, false or null")
}
