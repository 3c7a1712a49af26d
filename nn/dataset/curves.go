package dataset

// circles draws concentric rings, evenly spaced up to a radius of 0.8, with uniform angles (the
// idea of scikit-learn's make_circles, where class 0 is the outer ring).
func circles(rnd random, classes int) func(int) (x, y float64) {
	const outermost = 0.8
	return func(class int) (x, y float64) {
		radius := outermost * float64(class+1) / float64(classes)
		x, y = direction(rnd.Float64())
		return float64(radius * x), float64(radius * y)
	}
}

// moons draws two half circles of radius 0.6, the idea of scikit-learn's make_moons moved to the
// middle: class 0 is the upper arc around (-0.3, -0.15), class 1 is class 0 turned by half a turn
// about the origin.
func moons(rnd random, _ int) func(int) (x, y float64) {
	const radius, centreX, centreY = 0.6, -0.3, -0.15
	return func(class int) (x, y float64) {
		x, y = direction(rnd.Float64() / 2)
		x, y = centreX+float64(radius*x), centreY+float64(radius*y)
		if class == 1 {
			return -x, -y
		}
		return x, y
	}
}

// spiral draws arms along r = 0.1 + 0.8t, angle = class/classes + 3.5t/classes turns, t uniform in
// [0, 1): an Archimedean spiral as in TensorFlow Playground, with 1.75 turns for two arms. More
// arms wind less, so that the gap between neighbours stays 0.8/3.5. The hole in the middle keeps
// the classes apart.
func spiral(rnd random, classes int) func(int) (x, y float64) {
	const hole, reach, winding = 0.1, 0.8, 3.5
	return func(class int) (x, y float64) {
		t := rnd.Float64()
		radius := hole + float64(reach*t)
		x, y = direction((float64(class) + float64(winding*t)) / float64(classes))
		return float64(radius * x), float64(radius * y)
	}
}
