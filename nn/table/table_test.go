package table

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// cells is a table as a test writes it: the names, then the rows with their lines.
func cells(t Table) string {
	var b strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(c.Name)
		if c.Numeric {
			b.WriteByte('*')
		}
	}
	for _, row := range t.Rows {
		fmt.Fprintf(&b, "\n%d:%s", row.Line, strings.Join(row.Cells, "|"))
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		options    Options
		want       string // names with * where numeric, then rows with their lines
	}{
		{"Comma", "a,b,c\n1,2,p\n3,4,q\n", Options{}, "a*|b*|c\n2:1|2|p\n3:3|4|q"},
		{"Tab", "a\tb\tc\n1\t\tp\n", Options{}, "a*|b|c\n2:1||p"},
		{"Semicolon", "a;b;c\n1,5;-2,25;p, q\n", Options{}, "a*|b*|c\n2:1,5|-2,25|p, q"},
		{"SemicolonPoint", "a;b\n1.5;2\n", Options{}, "a*|b*\n2:1.5|2"},
		{"Bar", "a | b | c\n1 | 2 | p\n", Options{}, "a*|b*|c\n2:1|2|p"},
		{"Space", "a  b c\n 1 2   p\n3 \t4 q\n", Options{}, "a*|b*|c\n2:1|2|p\n3:3|4|q"},
		{"SpaceQuoted", "\"sepal length\" b\n1 2\n", Options{}, "sepal length*|b*\n2:1|2"},
		{"NamesWithSpaces", "sepal length,b\n1,2\n", Options{}, "sepal length*|b*\n2:1|2"},
		{"SeparatorSaid", "a;b,c\n1;2,3\n", Options{Separator: Comma}, "a;b|c*\n2:1;2|3"},
		{"NotJSON", "[cm],b\n1,2\n", Options{Separator: Comma}, "[cm]*|b*\n2:1|2"},
		{"SeparatorInQuotes", "a,b\n\"1;2;3\",4\n", Options{}, "a|b*\n2:1;2;3|4"},
		{"Quotes", "a,b\n\"say \"\"no\"\", twice\",\"2\"\n", Options{}, "a|b*\n2:say \"no\", twice|2"},
		{"LineInCell", "a,b\n\"1\n2\",3\n4,5\n", Options{}, "a|b*\n2:1\n2|3\n4:4|5"},
		{"CRLF", "a,b\r\n1,2\r\n\r\n3,4\r\n", Options{}, "a*|b*\n2:1|2\n4:3|4"},
		{"CR", "a,b\r1,2\r3,4", Options{}, "a*|b*\n2:1|2\n3:3|4"},
		{"BOM", "\ufeffa,b\n1,2", Options{}, "a*|b*\n2:1|2"},
		{"NoHeader", "1,2\n3,4", Options{}, "column 1*|column 2*\n1:1|2\n2:3|4"},
		{"HeaderSaid", "1,2\n3,4", Options{Header: HeaderYes}, "1*|2*\n2:3|4"},
		{"HeaderDenied", "a,b\n3,4", Options{Header: HeaderNo}, "column 1|column 2\n1:a|b\n2:3|4"},
		{"MissingIsNoName", "?,NA\n3,4", Options{}, "column 1*|column 2*\n1:?|NA\n2:3|4"},
		{"Index", ",a,b\n0,1,2", Options{}, "index*|a*|b*\n2:0|1|2"},
		{"Nameless", "a,,b\n0,1,2", Options{}, "a*|column 2*|b*\n2:0|1|2"},
		{"SameNames", "a,a,a (2),a\n0,1,2,3", Options{}, "a*|a (2)*|a (2) (2)*|a (3)*\n2:0|1|2|3"},
		{"LongName", strings.Repeat("é", 61) + ",b\n0,1", Options{}, strings.Repeat("é", 60) + "…*|b*\n2:0|1"},
		{"TrailingSeparators", "a,b,\n1,2,\n3,4,\n", Options{}, "a*|b*\n2:1|2\n3:3|4"},
		{"Missing", "a,b,c,d,e,f,g\n1,?,,NA,nan,Null,none\n2,1,1,1,1,1,1", Options{}, "a*|b*|c*|d*|e*|f*|g*\n2:1|?||NA|nan|Null|none\n3:2|1|1|1|1|1|1"},
		{"CommaInComma", "a,b\n\"1,5\",2", Options{}, "a*|b*\n2:1,5|2"},
		{"NotNumbers", "a,b,c,d,e,f\n0x1,1_0,inf,1e999,--1,1 2", Options{}, "a|b|c|d|e|f\n2:0x1|1_0|inf|1e999|--1|1 2"},
		{"Numbers", "a,b,c,d,e\n+1,.5,1.,1E-3,−2", Options{}, "a*|b*|c*|d*|e*\n2:+1|.5|1.|1E-3|−2"},
		{"OneColumn", "a\n1\n2", Options{}, "a*\n2:1\n3:2"},
		{"Blanks", "\n\n  \na,b\n1,2\n   \n", Options{}, "a*|b*\n5:1|2"},

		{"Objects", "[\n {\"x\": 1, \"l\": \"p\"},\n\n {\"l\": null, \"x\": 2.50, \"z\": true}]", Options{}, "x*|l|z\n2:1|p|\n4:2.50||true"},
		{"Lists", "[[\"a\",\"b\"],\n[1,\"q\"]]", Options{}, "a*|b\n2:1|q"},
		{"ListsNoHeader", "[[1,2],\n[3,4]]", Options{}, "column 1*|column 2*\n1:1|2\n2:3|4"},
		{"Data", "{\"task\": [{\"a\": {}}],\n\"data\": [{\"x\":1,\n\"y\":2}]}", Options{}, "x*|y*\n2:1|2"},
		{"JSONBehindSpace", "\ufeff\r\n [{\"x\":1}]\r\n", Options{}, "x*\n2:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.text), test.options)
			if err != nil || cells(got) != test.want {
				t.Errorf("Parse(%q) = %q, %v; want %q", test.text, cells(got), err, test.want)
			}
		})
	}
}

func TestParseRefused(t *testing.T) {
	for _, test := range []struct {
		name, text string
		options    Options
		want       string
	}{
		{"Empty", "", Options{}, "there is no text"},
		{"Blank", "\ufeff \r\n\t", Options{}, "there is no text"},
		{"EmptyCells", "\"\" \"\"", Options{}, "the table has no row of data"},
		{"EmptyCell", "\"\"", Options{}, "the table has no row of data"},
		{"OtherBlank", "\v\u2003", Options{}, "there is no text"},
		{"HeaderAlone", "a,b,c\n", Options{}, "the table has no row of data"},
		{"Ragged", "a,b,c\n1,2,3\n\n1,2\n", Options{}, "line 4: has 2 cells; the first row has 3"},
		{"RaggedOne", "a,b,c\n1\n", Options{}, "line 2: has 1 cell; the first row has 3"},
		{"RaggedSpace", "a b c\n1 2 3\n1 2 3 4\n", Options{}, "line 3: has 4 cells; the first row has 3"},
		{"OpenQuote", "a,b\n1,2\n\"3,4\n5,6\n", Options{}, "line 3: a quotation mark is not closed"},
		{"OpenQuoteSpace", "a b\n1 \"2\n", Options{}, "line 2: a quotation mark is not closed"},
		{"Separator", "a,b", Options{Separator: ":"}, `the separator must be tab, semicolon, bar, comma or space; got ":"`},
		{"Header", "a,b", Options{Header: "perhaps"}, `the header must be yes or no; got "perhaps"`},
		{"ManyCells", strings.Repeat(",\n", MaxCells/2+1), Options{}, "the table must have at most 1048576 cells"},
		{"ManyWords", strings.Repeat(strings.Repeat("1 ", 1024)+"\n", MaxCells/1024+1), Options{}, "the table must have at most 1048576 cells"},

		{"LongLine", "a,b,c\n1,2," + strings.Repeat("3", MaxLine), Options{}, "line 2: is too long; a line can have 1048576 bytes"},

		{"JSONShort", "[{\"x\": 1},\n", Options{}, "line 1: the JSON ends too early"},
		{"JSONSyntax", "[{\"x\": 1},\n{x: 1}]", Options{}, "line 2: is not JSON: invalid character 'x'"},
		{"JSONComma", "[[1,2],\n[1,,2]]", Options{}, "line 2: is not JSON: invalid character ','"},
		{"JSONTrailing", "[[1,2],[1,2]]\n]", Options{}, "line 2: something stands behind the end of the JSON"},
		{"JSONMixed", "[{\"x\": 1},\n[1]]", Options{}, "line 2: every row must be an object, or every row a list"},
		{"JSONMixedBack", "[[1],\n{\"x\": 1}]", Options{}, "line 2: every row must be an object, or every row a list"},
		{"JSONNumbers", "[\n1,2]", Options{}, "line 2: every row must be an object, or every row a list"},
		{"JSONTwice", "[{\"x\": 1,\n\"x\": 2}]", Options{}, `line 2, column "x": is given twice in one row`},
		{"JSONRagged", "[[1,2],\n\n[1]]", Options{}, "line 3: has 1 cell; the first row has 2"},
		{"JSONNoRows", "[]", Options{}, "the table has no row of data"},
		{"JSONNoData", "{\"x\": [1], \"y\": {}}", Options{}, "no table is found in the JSON; a table is a list of objects or of lists"},
		{"JSONUneven", "{\"x\": [1],\n\"y\": [1, 2]}", Options{}, `line 2, column "y": has 2 values; the first column has 1`},
		{"JSONTarget", "{\"data\": [[1, 2]],\n\"target\": [1, 2]}", Options{}, "line 2: target has 2 items; data has 1 row"},
		{"JSONNames", "{\"columns\": [\"x\"],\n\"data\": [[1, 2]]}", Options{}, "line 2: has 2 cells; there are 1 name"},
		{"JSONDeep", strings.Repeat("[", 200), Options{}, "line 1: the JSON is nested deeper than 100"},
		{"ARFF", "@relation r\n@attribute a real\n@data\n1,2\n", Options{}, "line 4: has 2 cells; there are 1 attribute"},
		{"ARFFWord", "@relation r\nattribute a real\n", Options{}, `line 2: must begin with @attribute or @data; got "attribute"`},
		{"Encoding", "a", Options{Encoding: "latin"}, "the encoding must be utf-8, utf-16 or windows-1252"},
		{"Decimal", "a", Options{Decimal: "none"}, "the decimal must be point or comma"},
		{"JSONDataTwice", "{\"data\": [[1]],\n\"data\": [[1]]}", Options{}, "line 2: data is given twice"},
		{"JSONDataText", "{\"data\": \"a\"}", Options{}, "line 1: data must be a list of rows"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.text), test.options)
			var e *Error
			if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("Parse(%.40q) = %v; want %s", test.text, err, test.want)
			}
			if got.Decisions, got.text = nil, ""; !reflect.DeepEqual(got, Table{}) {
				t.Errorf("Parse(%.40q) gives a table besides an error", test.text)
			}
		})
	}
}

// TestParseGrowing: objects that each bring members of their own, or one that brings many, do not
// become the square of their number.
func TestParseGrowing(t *testing.T) {
	var each, last []string
	for i := range 2000 {
		each = append(each, fmt.Sprintf(`{"%d":1}`, i))
		last = append(last, fmt.Sprintf(`"%d":1`, i))
	}
	for _, text := range []string{strings.Join(each, ","), strings.Repeat(`{"0":1},`, 2000) + "{" + strings.Join(last, ",") + "}"} {
		if _, err := Parse([]byte("["+text+"]"), Options{}); err == nil || !strings.Contains(err.Error(), "at most 1048576 cells") {
			t.Errorf("Parse of %.20s… = %v; want the limit on cells", text, err)
		}
	}
}

func TestSeparator(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2":          Comma,
		"a\tb\n1\t2":        Tab,
		"a;b\n1,5;2,5":      Semicolon,
		"a|b\n1|2":          Bar,
		"a b\n1 2":          Space,
		"a, b\n1, 2":        Comma,
		"a b,c\n1,2":        Comma,
		"a,b,c\n1,2":        Comma, // ragged: the error names the line
		"a;b;c\n1;2":        Semicolon,
		"x":                 Comma,
		"\"a;b\",c\n1,2":    Comma,
		"1.5 2.5 setosa\n ": Space,
	} {
		r := lineReader{Table: new(Table), Pace: new(pace.Pace), text: text}
		if got, reason := r.findSeparator(); got != want || reason == "" {
			t.Errorf("findSeparator of %q = %s, %q; want %s with a reason", text, got, reason, want)
		}
	}
}

// TestManyNames: columns of one name, and names that look like those made for others, take time in
// proportion to their number. If they took its square, this would take hours.
func TestManyNames(t *testing.T) {
	const columns = 250_000
	table := Table{Columns: make([]Column, columns)}
	for i := range table.Columns {
		table.Columns[i].Name = "a"
		if i < columns/2 {
			table.Columns[i].Name = fmt.Sprintf("a (%d)", i)
		}
	}
	table.nameColumns()
	seen := make(map[string]bool, columns)
	for _, c := range table.Columns {
		if seen[c.Name] {
			t.Fatalf("two columns are called %s", c.Name)
		}
		seen[c.Name] = true
	}
	if last := table.Columns[columns-1].Name; last != "a (249998)" {
		t.Errorf("the last column is called %s; want a (249998)", last)
	}
}

// TestManyColumns: columns without a name and a value do not count, as spreadsheets write them.
func TestManyColumns(t *testing.T) {
	lines := func(columns, empty int) string {
		names := make([]string, columns)
		for i := range names {
			names[i] = fmt.Sprint("c", i)
		}
		end := strings.Repeat(",", empty) + "\n"
		return strings.Join(names, ",") + end + strings.TrimSuffix(strings.Repeat("1,", columns), ",") + end
	}
	objects := func(columns int) string {
		members := make([]string, columns)
		for i := range members {
			members[i] = fmt.Sprintf("\"c%d\":1", i)
		}
		return "[{" + strings.Join(members, ",") + "}]"
	}
	const refused = "the table has 1001 columns; at most 1000 can be read"
	for _, test := range []struct{ name, text, want string }{
		{"Most", lines(MaxColumns, 0), ""},
		{"More", lines(MaxColumns+1, 0), refused},
		{"Empty", lines(MaxColumns, 16_384-MaxColumns), ""},
		{"Objects", objects(MaxColumns), ""},
		{"MoreObjects", objects(MaxColumns + 1), refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.text), Options{})
			if test.want == "" && (err != nil || len(got.Columns) != MaxColumns) {
				t.Errorf("Parse finds %d columns, %v; want %d", len(got.Columns), err, MaxColumns)
			}
			if test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("Parse = %v; want %s", err, test.want)
			}
		})
	}
}
