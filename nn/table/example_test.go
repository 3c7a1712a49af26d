package table_test

import (
	"fmt"
	"os"

	"github.com/nnvisu/nnvisu/nn/table"
)

func Example() {
	const text = "sepal length;petal width;species\n5,1;0,2;setosa\n7,0;1,4;versicolor\n6,3;?;virginica\n"
	t, err := table.Parse([]byte(text), table.Options{})
	if err != nil {
		panic(err)
	}
	m, err := table.Convert(t, table.Choice{})
	if err != nil {
		panic(err)
	}
	fmt.Println(m.Task, m.Classes, m.LeftOut, "row left out")
	fmt.Println(m.Transform)
	fmt.Printf("%.3f\n", m.Points)
	_ = table.WriteCSV(os.Stdout, m.Points, m.Task, m.Meta)
	// Output:
	// classification [setosa versicolor] 1 row left out
	// x = (sepal length − 6.05) / 0.95; y = (petal width − 0.8) / 0.6; label = species
	// [{-1.000 -1.000 0.000} {1.000 1.000 1.000}]
	// sepal length,petal width,species
	// 5.1,0.2,setosa
	// 7,1.4,versicolor
}

func ExampleError() {
	t, err := table.Parse([]byte("sepal,petal,species\n5.1,0.2,a\n6.3,abc,b\n7,1,b\n"), table.Options{})
	if err == nil {
		_, err = table.Convert(t, table.Choice{})
	}
	fmt.Println(err)
	// Output:
	// line 3, column "petal": "abc" is not a number
}
