package table

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkRead reads a table of one megabyte, from its bytes to points.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	text.WriteString("id,sepal length,sepal width,petal length,species\n")
	for i := 0; text.Len() < 1<<20; i++ {
		fmt.Fprintf(&text, "%d,%.2f,%.2f,%.3f,%s\n", i, float64(i%97)/10, float64(i%89)/7, float64(i%83)/3, []string{"setosa", "virginica"}[i%2])
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		t, err := Parse(data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Convert(t, Choice{MaxPoints: 2000, Sample: true}); err != nil {
			b.Fatal(err)
		}
	}
}
