package table

import "strconv"

// name names the columns by the items of an array. What is no scalar, as of an index with several
// levels, is named by its text.
func (j *jsonReader) name(array int) error {
	for _, k := range j.items(array) {
		name, err := j.cell(k)
		if err != nil {
			return err
		}
		if len(j.table.Columns) == MaxCells {
			return errTooMany()
		}
		j.table.Columns = append(j.table.Columns, Column{Name: name})
	}
	return nil
}

// split reads rows that are lists, the names of whose columns are given apart unless names is -1, and
// so are the labels unless target is.
func (j *jsonReader) split(names, data, target int) error {
	rows := j.items(data)
	var labels []int
	if target >= 0 {
		if labels = j.items(target); len(labels) != len(rows) {
			return errorAt(int(j.nodes[target].line), "", "target has %s; data has %s", count(len(labels), "item"),
				count(len(rows), "row"))
		}
	}
	for r, i := range rows {
		if j.nodes[i].kind != jsonArray {
			return errorAt(int(j.nodes[i].line), "", "every row must be a list")
		}
		label := -1
		if target >= 0 {
			label = labels[r]
		}
		if err := j.list(int(j.nodes[i].line), j.items(i), label); err != nil {
			return err
		}
	}
	if len(j.table.Rows) == 0 {
		return nil
	}
	width := len(j.table.Rows[0].Cells)
	if names >= 0 && j.nodes[names].kind == jsonArray {
		if err := j.name(names); err != nil {
			return err
		}
	} else if target >= 0 {
		j.table.Columns = make([]Column, min(width-1, MaxCells))
		for i := range j.table.Columns {
			j.table.Columns[i].Name = "column " + strconv.Itoa(i+1)
		}
	}
	if target >= 0 {
		j.table.Columns = append(j.table.Columns, Column{Name: "target"})
	}
	if n := len(j.table.Columns); n != width {
		return errorAt(j.table.Rows[0].Line, "", "has %s; there are %s", count(width, "cell"), count(n, "name"))
	}
	return nil
}

// lists reads an object of lists, which are the columns.
func (j *jsonReader) lists(object int) error {
	var columns [][]int
	for _, k := range j.items(object) {
		i, name, err := j.columnOf(k)
		if err != nil {
			return err
		}
		if i != len(columns) {
			return errorAt(int(j.nodes[k].line), clip(name), "is given twice")
		}
		columns = append(columns, j.items(k))
		if len(columns[0]) != len(columns[len(columns)-1]) {
			return errorAt(int(j.nodes[k].line), clip(name), "has %s; the first column has %d",
				count(len(columns[len(columns)-1]), "value"), len(columns[0]))
		}
	}
	for r, first := range columns[0] {
		cells := make([]string, len(columns))
		for i, c := range columns {
			var err error
			if cells[i], err = j.cell(c[r]); err != nil {
				return err
			}
		}
		if err := j.add(int(j.nodes[first].line), cells); err != nil {
			return err
		}
	}
	return nil
}

// byColumn reads an object of objects, which are the columns. Their members are the rows, by names
// that all of them share.
func (j *jsonReader) byColumn(object int) error {
	rows := map[string]int{}
	for _, k := range j.items(object) {
		i, name, err := j.columnOf(k)
		if err != nil {
			return err
		}
		if (i+1)*len(j.table.Rows) > MaxCells {
			return errTooMany()
		}
		for _, v := range j.items(k) {
			index := j.raw(v - 1)
			r, known := rows[index]
			if !known {
				r = len(j.table.Rows)
				rows[index] = r
				if err := j.add(int(j.nodes[v].line), nil); err != nil {
					return err
				}
			}
			cells := j.table.Rows[r].Cells
			if len(cells) > i {
				return errorAt(int(j.nodes[v].line), clip(name), "has two values of row %s", inQuotes(clip(index)))
			}
			for len(cells) < i {
				cells = append(cells, "")
			}
			cell, err := j.cell(v)
			if err != nil {
				return err
			}
			j.table.Rows[r].Cells = append(cells, cell)
		}
	}
	return nil
}

// geo reads the features of GeoJSON: the coordinates of points, and their properties.
func (j *jsonReader) geo(features int) error {
	j.columns = map[string]int{} // of the properties, which may have the same names
	j.table.Columns = []Column{{Name: "longitude"}, {Name: "latitude"}}
	for _, f := range j.items(features) {
		line := int(j.nodes[f].line)
		if j.nodes[f].kind != jsonObject {
			return errorAt(line, "", "every feature must be an object")
		}
		geometry, _ := j.member(f, "geometry")
		place := []string{"", ""}
		if geometry >= 0 && j.nodes[geometry].kind == jsonObject {
			at, _ := j.member(geometry, "coordinates")
			if !j.says(geometry, "type", "Point") || at < 0 || len(j.items(at)) < 2 {
				return errorAt(line, "", "the geometry is no point; only points can be read")
			}
			for i, k := range j.items(at)[:2] {
				var err error
				if place[i], err = j.cell(k); err != nil {
					return err
				}
			}
		}
		var values []int
		if properties, _ := j.member(f, "properties"); properties >= 0 && j.nodes[properties].kind == jsonObject {
			values = j.items(properties)
		}
		if err := j.rowOf(line, values); err != nil {
			return err
		}
		copy(j.table.Rows[len(j.table.Rows)-1].Cells, place)
	}
	return nil
}
