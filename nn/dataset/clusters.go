package dataset

import "math"

// cluster is a two-dimensional Gaussian: its centre, the standard deviations along and across its
// axis, and the axis, a unit vector.
type cluster struct {
	x, y         float64
	along        float64
	across       float64
	axisX, axisY float64
}

// scatter draws class c from clusters[c].
func scatter(rnd random, clusters []cluster) func(int) (x, y float64) {
	return func(class int) (x, y float64) {
		c := clusters[class]
		a, b := float64(c.along*rnd.normal()), float64(c.across*rnd.normal())
		return c.x + float64(a*c.axisX) - float64(b*c.axisY),
			c.y + float64(a*c.axisY) + float64(b*c.axisX)
	}
}

// lattice returns the centre of each class, as a cluster of no spread, and the side of a cell. The
// square [-0.8, 0.8]² is cut into n×n cells with the smallest n that gives each class its own cell.
// Both the cell of a class and the place of its centre are random; the centre lies in the middle 40
// % of the cell in each direction. So two centres are at least 0.6 cells apart, and no draw has to
// be repeated.
func lattice(rnd random, classes int) (clusters []cluster, cell float64) {
	const side, jitter = 1.6, 0.2
	n := int(math.Ceil(math.Sqrt(float64(classes))))
	cell = side / float64(n)
	middle := func(i int) float64 {
		return float64((float64(i)+0.5+rnd.uniform(-jitter, jitter))*cell) - side/2
	}
	for _, at := range rnd.Perm(n * n)[:classes] {
		clusters = append(clusters, cluster{x: middle(at % n), y: middle(at / n), axisX: 1})
	}
	return clusters, cell
}

// blobs draws round clusters on a lattice. Their standard deviation is 0.12 cells, a fifth of the
// least distance between centres.
func blobs(rnd random, classes int) func(int) (x, y float64) {
	clusters, cell := lattice(rnd, classes)
	for i := range clusters {
		clusters[i].along, clusters[i].across = 0.12*cell, 0.12*cell
	}
	return scatter(rnd, clusters)
}

// aniso draws clusters on a lattice that are four times as long as wide (0.2 and 0.05 cells). All
// lean at the same angle of 30 to 60 degrees, so that they point between their neighbours.
func aniso(rnd random, classes int) func(int) (x, y float64) {
	clusters, cell := lattice(rnd, classes)
	axisX, axisY := direction(rnd.uniform(1.0/12, 1.0/6))
	for i := range clusters {
		c := &clusters[i]
		c.along, c.across = 0.2*cell, 0.05*cell
		c.axisX, c.axisY = axisX, axisY
	}
	return scatter(rnd, clusters)
}

// varied draws round clusters on a lattice whose standard deviations are 0.1, 0.2 and 0.05 cells in
// turn.
func varied(rnd random, classes int) func(int) (x, y float64) {
	spreads := [...]float64{0.1, 0.2, 0.05}
	clusters, cell := lattice(rnd, classes)
	for i := range clusters {
		spread := spreads[i%len(spreads)] * cell
		clusters[i].along, clusters[i].across = spread, spread
	}
	return scatter(rnd, clusters)
}

// gauss draws round clusters of standard deviation 0.08 spaced evenly on a circle of radius 0.6,
// anticlockwise, class 0 in the lower left corner; two classes lie in opposite corners as in
// TensorFlow Playground.
func gauss(rnd random, classes int) func(int) (x, y float64) {
	const radius, spread, lowerLeft = 0.6, 0.08, 5.0 / 8
	clusters := make([]cluster, classes)
	for i := range clusters {
		x, y := direction(lowerLeft + float64(i)/float64(classes))
		clusters[i] = cluster{float64(radius * x), float64(radius * y), spread, spread, 1, 0}
	}
	return scatter(rnd, clusters)
}
