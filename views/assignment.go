package views

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The limits of an assignment.
const (
	MaxAssignment      = 2000 // characters
	MaxAssignmentLinks = 20   // each is shown with the whole lesson that it keeps
	// mostBrackets is how many brackets may begin a link. For each the library looks at those around it, so
	// that a text of nothing else takes the square of its length.
	mostBrackets = 100
	// deepest is how many lists and emphases may stand in one another. Of what is deeper only the text is
	// shown, with spaces between its lines.
	deepest = 8
)

// An Assignment is the text of a teacher's task as it is shown. It has paragraphs, lists, emphasis
// and links; all else of Markdown stays as it is written, and HTML is text like any other.
type Assignment struct {
	Blocks  []Node
	Refused []string // what the links that are shown as text would have led to
}

// A Node is a part of an assignment.
type Node struct {
	Kind  NodeKind
	Text  string // of Prose
	Href  string // of a Link: a query of the page
	Start int    // of Numbers: that of the first item
	Of    []Node // the parts of all other kinds
}

// A NodeKind says what a Node is.
type NodeKind int

// The kinds of nodes.
const (
	Prose NodeKind = iota
	Break
	Emphasis
	Strong
	Link
	Paragraph
	Bullets
	Numbers
	Item
)

// markdown reads the four parts of Markdown that an assignment may have. What a parser does not
// know it takes for text.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewListParser(), 1),
		util.Prioritized(parser.NewListItemParser(), 2),
		util.Prioritized(parser.NewCodeBlockParser(), 3), // of indented lines, which a paragraph does not take
		util.Prioritized(parser.NewParagraphParser(), 4),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewLinkParser(), 1),
		util.Prioritized(parser.NewEmphasisParser(), 2),
	),
)

// NewAssignment reads an assignment. link returns the query of the page that a destination stands
// for, or "" if it leads elsewhere: such a link is shown as its text. The error says how long the
// text may be, or how many links or brackets it may have.
func NewAssignment(text string, link func(destination string) string) (Assignment, error) {
	if n := utf8.RuneCountInString(text); n > MaxAssignment {
		return Assignment{}, fmt.Errorf("must have at most %d characters; got %d", MaxAssignment, n)
	}
	if n := strings.Count(text, "[") - strings.Count(text, `\[`); n > mostBrackets {
		return Assignment{}, fmt.Errorf("must have at most %d brackets [, each of which may begin a link; got %d", mostBrackets, n)
	}
	a := assignmentReader{source: []byte(strings.Map(legible, text)), link: link}
	blocks := a.nodes(markdown.Parse(source.NewReader(a.source)), 0)
	if a.links > MaxAssignmentLinks {
		return Assignment{}, fmt.Errorf("must have at most %d links; got %d", MaxAssignmentLinks, a.links)
	}
	return Assignment{blocks, a.refused}, nil
}

// legible drops the characters that no text has: control characters, but for the ends of lines and
// tabs.
func legible(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

type assignmentReader struct {
	source  []byte
	link    func(destination string) string
	links   int
	refused []string
}

// nodes returns the children of a node of the library, and what stands for those that an assignment
// does not have. They stand in so many lists and emphases.
func (a *assignmentReader) nodes(parent ast.Node, depth int) (nodes []Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		kind, isKnown := kindOf(n)
		below, isShown := depth, isKnown && depth <= deepest // or it is of a list that is not shown
		switch n.(type) {
		case *ast.List, *ast.Emphasis:
			below, isShown = depth+1, depth < deepest
		}
		inside := func() []Node { return a.nodes(n, below) }
		switch t := n.(type) {
		case *ast.Text:
			nodes = append(nodes, Node{Text: string(util.UnescapePunctuations(t.Value(a.source)))})
			if t.HardLineBreak() {
				nodes = append(nodes, Node{Kind: Break})
			} else if t.SoftLineBreak() {
				nodes = append(nodes, Node{Text: " "})
			}
		case *ast.CodeBlock:
			words := string(bytes.TrimSpace(t.Lines().Value(a.source)))
			nodes = append(nodes, Node{Kind: Paragraph, Of: []Node{{Text: words}}})
		case *ast.String:
			nodes = append(nodes, Node{Text: string(t.Value)})
		case *ast.Link:
			if a.links++; a.links > MaxAssignmentLinks {
				break // all of them are counted, and no more are made
			}
			destination := string(util.UnescapePunctuations(t.Destination))
			if href := a.link(destination); href != "" {
				nodes = append(nodes, Node{Kind: Link, Href: href, Of: inside()})
				break
			}
			a.refused = append(a.refused, destination)
			nodes = append(nodes, inside()...)
		case *ast.Image:
			end := "](" + string(t.Destination)
			if t.Title != nil {
				end += ` "` + string(t.Title) + `"`
			}
			nodes = append(nodes, Node{Text: "!["})
			nodes = append(nodes, inside()...)
			nodes = append(nodes, Node{Text: end + ")"})
		default:
			if isShown {
				shown := Node{Kind: kind, Of: inside()}
				if list, is := n.(*ast.List); is {
					shown.Start = list.Start
				}
				nodes = append(nodes, shown)
				break
			}
			if n.Type() == ast.TypeBlock && n.PreviousSibling() != nil {
				nodes = append(nodes, Node{Text: " "})
			}
			nodes = append(nodes, inside()...)
		}
	}
	return nodes
}

// kindOf returns the kind of a node that has others inside, and whether an assignment has such.
func kindOf(n ast.Node) (NodeKind, bool) {
	switch t := n.(type) {
	case *ast.Paragraph:
		return Paragraph, true
	case *ast.List:
		if t.IsOrdered() {
			return Numbers, true
		}
		return Bullets, true
	case *ast.ListItem:
		return Item, true
	case *ast.Emphasis:
		if t.Level == 2 {
			return Strong, true
		}
		return Emphasis, true
	}
	return 0, false // such as the line of an item of a tight list
}
