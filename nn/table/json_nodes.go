package table

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// Limits on JSON: they bound what is kept of a text.
const (
	maxNodes = 4 * MaxCells
	maxDepth = 100
)

// The kinds of JSON values.
const (
	jsonObject = '{'
	jsonArray  = '['
	jsonString = '"'
	jsonNumber = '0'
	jsonWord   = 't' // true, false, null, NaN, Infinity
)

// A node is a JSON value. The nodes of a text are in its order: behind an object come its members,
// each as the node of its name and that of its value; behind an array its items.
type node struct {
	kind     byte
	line     int32
	from, to int32 // of its text, with all that is in it; a string's without the quotation marks
	next     int32 // the node behind it and all that is in it
}

// A jsonText is a text of JSON values.
type jsonText struct {
	text  string
	nodes []node
	at    int
	line  int
	*pace.Pace
}

// parseJSON reads the values of a text, one or several. Besides JSON it takes NaN and Infinity, which
// many programs write.
func parseJSON(text string, p *pace.Pace) (*jsonText, error) {
	j := &jsonText{text: text, line: 1, Pace: p}
	for j.blank(); j.at < len(text); j.blank() {
		if c := text[j.at]; len(j.nodes) > 0 && strings.IndexByte("{[", c) < 0 {
			return nil, errorAt(j.line, "", "something stands behind the end of the JSON")
		}
		if err := j.value(0); err != nil {
			return nil, err
		}
	}
	return j, p.Stopped()
}

// blank goes on to what is no blank.
func (j *jsonText) blank() {
	from := j.at
	for j.at < len(j.text) {
		switch j.text[j.at] {
		case '\n':
			j.line++
		case ' ', '\t', '\r':
		default:
			j.Count(j.at - from)
			return
		}
		if j.at++; j.at-from >= pace.Stride && !j.Count(j.at-from) {
			return
		} else if j.at-from >= pace.Stride {
			from = j.at
		}
	}
}

func (j *jsonText) short() error {
	return errorAt(1+strings.Count(strings.TrimRight(j.text, "\n"), "\n"), "", "the JSON ends too early")
}

func (j *jsonText) broken() error {
	if j.at >= len(j.text) {
		return j.short()
	}
	r, _ := utf8.DecodeRuneInString(j.text[j.at:])
	return errorAt(j.line, "", "is not JSON: invalid character %q", r)
}

// value reads a value and what is in it.
func (j *jsonText) value(depth int) error {
	if j.at == len(j.text) {
		return j.short()
	}
	if j.Stopped() != nil {
		return j.Stopped()
	}
	if len(j.nodes) >= maxNodes {
		return errTooMany()
	}
	if depth > maxDepth {
		return errorAt(j.line, "", "the JSON is nested deeper than %d", maxDepth)
	}
	i := len(j.nodes)
	c := j.text[j.at]
	j.nodes = append(j.nodes, node{line: int32(j.line), from: int32(j.at)})
	var err error
	switch {
	case c == '{' || c == '[':
		err = j.inside(c, depth)
		j.nodes[i].kind = c
		j.nodes[i].to = int32(j.at)
	case c == '"':
		j.nodes[i].kind = jsonString
		j.nodes[i].from++
		err = j.string()
		j.nodes[i].to = int32(j.at - 1)
	default:
		j.nodes[i].kind = jsonWord
		from := j.at
		for j.at < len(j.text) && strings.IndexByte(" \t\r\n,:[]{}\"", j.text[j.at]) < 0 {
			j.at++
		}
		word := j.text[from:j.at]
		switch word {
		case "true", "false", "null", "NaN", "Infinity", "-Infinity":
		default:
			j.nodes[i].kind = jsonNumber
			if !json.Valid([]byte(word)) {
				j.at = from
				return j.broken()
			}
		}
		j.nodes[i].to = int32(j.at)
		j.Count(j.at - from)
	}
	j.nodes[i].next = int32(len(j.nodes))
	return err
}

// inside reads what is in an object or an array.
func (j *jsonText) inside(begin byte, depth int) error {
	end := byte(']')
	if begin == '{' {
		end = '}'
	}
	j.at++
	j.blank()
	if j.at < len(j.text) && j.text[j.at] == end {
		j.at++
		return nil
	}
	for {
		j.blank()
		if begin == '{' {
			if j.at >= len(j.text) || j.text[j.at] != '"' {
				return j.broken()
			}
			if err := j.value(depth + 1); err != nil {
				return err
			}
			if j.blank(); j.at >= len(j.text) || j.text[j.at] != ':' {
				return j.broken()
			}
			j.at++
			j.blank()
		}
		if err := j.value(depth + 1); err != nil {
			return err
		}
		j.blank()
		switch {
		case j.at < len(j.text) && j.text[j.at] == ',':
			j.at++
		case j.at < len(j.text) && j.text[j.at] == end:
			j.at++
			return nil
		default:
			return j.broken()
		}
	}
}

// string goes on behind a string.
func (j *jsonText) string() error {
	begin := j.at
	for j.at++; j.at < len(j.text); j.at++ {
		switch c := j.text[j.at]; {
		case c == '"':
			j.at++
			j.Count(j.at - begin)
			return nil
		case c == '\\':
			j.at++
		case c < ' ':
			return j.broken()
		}
		if j.at-begin >= pace.Stride {
			j.Count(j.at - begin)
			begin = j.at
		}
	}
	return j.short()
}

// items returns the nodes of the items of an array, or of the values of an object.
func (j *jsonText) items(i int) []int {
	var items []int
	n := j.nodes[i]
	for k := i + 1; k < int(n.next); k = int(j.nodes[k].next) {
		if n.kind == jsonObject {
			k++ // behind the name
		}
		items = append(items, k)
	}
	return items
}

// isScalar reports whether a node is no object and no array.
func (j *jsonText) isScalar(i int) bool {
	return j.nodes[i].kind != jsonObject && j.nodes[i].kind != jsonArray
}

// raw returns the text of a node as it stands; that of a string without its quotation marks.
func (j *jsonText) raw(i int) string { return j.text[j.nodes[i].from:j.nodes[i].to] }

// stringOf returns what a string says.
func (j *jsonText) stringOf(i int) (string, error) {
	n, text := j.nodes[i], j.raw(i)
	if strings.IndexByte(text, '\\') < 0 {
		return text, nil
	}
	var s string
	if err := json.Unmarshal([]byte(j.text[n.from-1:n.to+1]), &s); err != nil {
		return "", errorAt(int(n.line), "", "is not JSON: a string with a wrong escape")
	}
	return s, nil
}

// cell returns the text of a value as that of a cell; that of an object or an array as it stands.
func (j *jsonText) cell(i int) (string, error) {
	if j.nodes[i].kind == jsonString {
		s, err := j.stringOf(i)
		return strings.TrimSpace(s), err
	}
	if text := j.raw(i); text != "null" {
		return text, nil
	}
	return "", nil
}

// member returns the value of an object's member, or -1, and whether there are two.
func (j *jsonText) member(object int, name string) (value int, twice bool) {
	value = -1
	for _, k := range j.items(object) {
		if j.raw(k-1) == name {
			if value >= 0 {
				return k, true
			}
			value = k
		}
	}
	return value, false
}
