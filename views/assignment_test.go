package views

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// toRecipes is a page that knows one kind of link.
func toRecipes(to string) string {
	if strings.HasPrefix(to, "?") {
		return to
	}
	return ""
}

// assigned returns the HTML of an assignment.
func assigned(tb testing.TB, a Assignment) string {
	tb.Helper()
	var b bytes.Buffer
	if err := nodes(a.Blocks).Render(tb.Context(), &b); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// steps returns a list of a word in a list of the word before, and so on.
func steps(words string) string {
	var b strings.Builder
	for i, word := range words {
		b.WriteString(strings.Repeat("  ", i) + "- " + string(word) + "\n")
	}
	return b.String()
}

// opened returns the beginning of such lists, of the words a, b and so on.
func opened(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("<ul><li>" + string(rune('a'+i)))
	}
	return b.String()
}

// TestAssignment: an assignment has paragraphs, lists, emphasis and links to recipes. All else is
// text as it was written.
func TestAssignment(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Nothing", "", ""},
		{"Blank", " \n\n ", ""},
		{"Paragraphs", "One.\nStill one.\n\nTwo.", "<p>One. Still one.</p><p>Two.</p>"},
		{"Emphasis", "un*frei*willig, **very** so, _or_ __so__", "<p>un<em>frei</em>willig, <strong>very</strong> so, <em>or</em> <strong>so</strong></p>"},
		{"Lists", "- a\n- b\n\n1. c\n2. d", "<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>"},
		{"ListInList", "- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"},
		{"LooseList", "- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"},
		{"Break", "a\\\nb", "<p>a<br>b</p>"},
		{"Link", "Open [the *moons*](?dataset=moons&noise=0.1).", `<p>Open <a href="?dataset=moons&amp;noise=0.1">the <em>moons</em></a>.</p>`},
		{"LinkByName", "[moons][1]\n\n[1]: ?dataset=moons", `<p>[moons][1]</p><p>[1]: ?dataset=moons</p>`},
		{"LinkElsewhere", "[a](https://example.org/) [b](javascript:alert(1)) [c](//example.org)", "<p>a b c</p>"},
		{"AutoLink", "<https://example.org> https://example.org", "<p>&lt;https://example.org&gt; https://example.org</p>"},
		{"Image", "![a cat](?cat)", "<p>![a cat](?cat)</p>"},
		{"ImageWithTitle", "![*a*](?cat \"t\") [b](?c)", `<p>![<em>a</em>](?cat &#34;t&#34;) <a href="?c">b</a></p>`},
		{"HTML", "<b>bold</b> <script>alert(1)</script>", "<p>&lt;b&gt;bold&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		{"HTMLBlock", "<div onclick=\"x\">\n\n</div>", "<p>&lt;div onclick=&#34;x&#34;&gt;</p><p>&lt;/div&gt;</p>"},
		{"Heading", "# Title\n\n> quoted", "<p># Title</p><p>&gt; quoted</p>"},
		{"Code", "`a` and\n\n    b", "<p>`a` and</p><p>b</p>"},
		{"Entity", "a &amp; b &lt;", "<p>a &amp;amp; b &amp;lt;</p>"},
		{"Escaped", `\*a\*`, "<p>*a*</p>"},
		{"Unclosed", "**a *b [c](?d", "<p>**a *b [c](?d</p>"},
		{"Numbers", "3. c\n4. d\n\nNow:\n\n5. e", `<ol start="3"><li>c</li><li>d</li></ol><p>Now:</p><ol start="5"><li>e</li></ol>`},
		{"FromNought", "0. a", `<ol start="0"><li>a</li></ol>`},
		{"Deep", strings.Repeat("- ", 20) + "a", strings.Repeat("<ul><li>", deepest) + "a" + strings.Repeat("</li></ul>", deepest)},
		{"DeepLoose", strings.Repeat("- ", deepest) + "a\n\n" + strings.Repeat("  ", deepest) + "b", strings.Repeat("<ul><li>", deepest) + "<p>a</p><p>b</p>" + strings.Repeat("</li></ul>", deepest)},
		{"Deeper", steps("abcdefghi") + strings.Repeat("  ", deepest) + "- j", opened(deepest) + " i j" + strings.Repeat("</li></ul>", deepest)},
	} {
		a, err := NewAssignment(test.text, toRecipes)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := assigned(t, a); got != test.want {
			t.Errorf("%s: %q is shown as %s; want %s", test.name, test.text, got, test.want)
		}
	}
	a, err := NewAssignment("[a](https://example.org/) and [b](?x)", toRecipes)
	if err != nil || !slices.Equal(a.Refused, []string{"https://example.org/"}) {
		t.Errorf("the links that are refused are %q, %v; want the one that leads elsewhere", a.Refused, err)
	}
	if got := render(t, AssignmentPreview(Sharing{Assignment: a})).content(); !strings.Contains(got, "https://example.org/") {
		t.Errorf("the preview says %q; want what becomes of the link", got)
	}
}

// TestAssignmentLimits: a text that is too long, or has too many links or brackets, is refused with the
// limit and what there is.
func TestAssignmentLimits(t *testing.T) {
	links := func(n int) string { return strings.Repeat("[a](?b) ", n) }
	for _, test := range []struct{ name, text, want string }{
		{"Most", strings.Repeat("é", MaxAssignment), ""},
		{"TooLong", strings.Repeat("é", MaxAssignment+1), "must have at most 2000 characters; got 2001"},
		{"MostLinks", links(MaxAssignmentLinks), ""},
		{"TooManyLinks", links(MaxAssignmentLinks + 1), "must have at most 20 links; got 21"},
		{"MostBrackets", strings.Repeat("[", 100) + strings.Repeat("]", 1000), ""},
		{"TooManyBrackets", strings.Repeat("[", 101), "must have at most 100 brackets [, each of which may begin a link; got 101"},
		{"EscapedBrackets", strings.Repeat(`\[`, 1000), ""},
	} {
		made := 0
		_, err := NewAssignment(test.text, func(to string) string { made++; return toRecipes(to) })
		if got := errorText(err); got != test.want {
			t.Errorf("%s: the error is %q; want %q", test.name, got, test.want)
		}
		if made > MaxAssignmentLinks {
			t.Errorf("%s: %d links are made; want at most %d", test.name, made, MaxAssignmentLinks)
		}
	}
}

// onlyLetters drops all but letters.
func onlyLetters(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzAssignment: whatever is written, the page gets no other elements than an assignment has, and no
// attribute but the address of a link.
func FuzzAssignment(f *testing.F) {
	for _, text := range []string{
		"*a* **b** [c](?d)\n- e\n1. f", "<p title=x>", "[x](?\"onclick=1)", strings.Repeat("*a **b ", 100), strings.Repeat("[", 500), strings.Repeat("- ", 500), strings.Repeat(">- ", 300),
		"\x00\xff", "\u202e",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := NewAssignment(text, toRecipes)
		if err != nil {
			return
		}
		root, err := html.Parse(strings.NewReader(assigned(t, a)))
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Map(legible, text)
		// But for the addresses of links, no letter is lost.
		letters := func(text string) string { return strings.Map(onlyLetters, strings.ToValidUTF8(text, "")) }
		if shown := letters((element{root}).content()); !strings.Contains(text, "[") && shown != letters(text) {
			t.Errorf("%q is shown as %q", text, shown)
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !slices.Contains(strings.Fields("html head body p ul ol li em strong a br"), n.Data) {
				t.Errorf("%q is shown with a <%s>", text, n.Data)
			}
			for _, attribute := range n.Attr {
				if n.Data == "ol" && attribute.Key == "start" {
					continue
				}
				if n.Data != "a" || attribute.Key != "href" || !strings.HasPrefix(attribute.Val, "?") {
					t.Errorf("%q is shown with %s=%q", text, attribute.Key, attribute.Val)
				}
			}
		}
	})
}
