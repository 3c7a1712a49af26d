package dataset

// Name is the wire name of a data set.
type Name string

// The data sets.
const (
	Circles Name = "circles"
	Moons   Name = "moons"
	Blobs   Name = "blobs"
	Aniso   Name = "aniso"
	Varied  Name = "varied"
	XOR     Name = "xor"
	Gauss   Name = "gauss"
	Spiral  Name = "spiral"
	Plane   Name = "plane"
	Hills   Name = "hills"
)

// The tasks a data set can be for, named as in a network's config.
const (
	Classification = "classification"
	Regression     = "regression"
)

// Info describes one data set to a form, a decoder or a test.
type Info struct {
	Name    Name
	Title   string // a word or two for a menu
	Summary string // one sentence for a user
	Task    string // Classification or Regression

	// Classes may be chosen from MinClasses to MaxClasses; all three are 0 for a regression.
	MinClasses, MaxClasses, DefaultClasses int

	// DefaultNoise is the noise that the page starts with, 0 to MaxNoise.
	DefaultNoise float64

	// ClassesMeaning says what the classes are, as the end of a sentence that begins "The set has".
	ClassesMeaning string
}

// set is a data set: its description and how it is drawn.
type set struct {
	Info

	// place draws the layout of the classes, such as their centres. It returns the function that
	// draws a place for the next point of a class, without noise. A regression ignores the classes.
	place func(rnd random, classes int) func(class int) (x, y float64)

	// surface returns the label of a regression without noise. It is nil for a classification.
	surface func(x, y float64) float64
}

// sets is the table of all data sets, in the order of the page. It is never changed.
var sets = [...]set{
	{
		Info: Info{
			Name: Circles, Title: "Circles", Task: Classification,
			Summary:    "Rings around one centre, each ring a class.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 2,
			ClassesMeaning: "concentric rings, class 0 the innermost",
			DefaultNoise:   0.05,
		},
		place: circles,
	},
	{
		Info: Info{
			Name: Moons, Title: "Moons", Task: Classification,
			Summary:    "Two half circles that reach into each other.",
			MinClasses: 2, MaxClasses: 2, DefaultClasses: 2,
			ClassesMeaning: "two interleaving arcs",
			DefaultNoise:   0.05,
		},
		place: moons,
	},
	{
		Info: Info{
			Name: Blobs, Title: "Blobs", Task: Classification,
			Summary:    "Round clouds of one size, well apart.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 3,
			ClassesMeaning: "round clouds of one size, one for each class",
		},
		place: blobs,
	},
	{
		Info: Info{
			Name: Aniso, Title: "Stretched blobs", Task: Classification,
			Summary:    "Long thin clouds that all lean the same way.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 3,
			ClassesMeaning: "stretched clouds, one for each class",
		},
		place: aniso,
	},
	{
		Info: Info{
			Name: Varied, Title: "Varied blobs", Task: Classification,
			Summary:    "Round clouds, some tight and some wide.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 3,
			ClassesMeaning: "round clouds of three sizes, one for each class",
		},
		place: varied,
	},
	{
		Info: Info{
			Name: XOR, Title: "XOR", Task: Classification,
			Summary: "Opposite quarters of the square share a class, " +
				"so no straight line separates them.",
			MinClasses: 2, MaxClasses: 2, DefaultClasses: 2,
			ClassesMeaning: "two pairs of opposite quadrants",
		},
		place: xor,
	},
	{
		Info: Info{
			Name: Gauss, Title: "Gaussians", Task: Classification,
			Summary: "Round clouds spaced evenly around the centre; " +
				"two lie in opposite corners.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 2,
			ClassesMeaning: "round clouds on a circle, one for each class",
			DefaultNoise:   0.1,
		},
		place: gauss,
	},
	{
		Info: Info{
			Name: Spiral, Title: "Spiral", Task: Classification,
			Summary:    "Arms that wind around one another from the centre outwards.",
			MinClasses: 2, MaxClasses: MaxClasses, DefaultClasses: 2,
			ClassesMeaning: "arms, one for each class",
			DefaultNoise:   0.02,
		},
		place: spiral,
	},
	{
		Info: Info{
			Name: Plane, Title: "Plane", Task: Regression,
			Summary:        "A slope that rises evenly from one corner to the opposite one.",
			ClassesMeaning: "numbers for labels and no classes",
			DefaultNoise:   0.05,
		},
		place:   square,
		surface: plane,
	},
	{
		Info: Info{
			Name: Hills, Title: "Hills", Task: Regression,
			Summary:        "Smooth hills and hollows on level ground.",
			ClassesMeaning: "numbers for labels and no classes",
		},
		place:   square,
		surface: hills,
	},
}
