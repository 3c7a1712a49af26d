package nn

import "math"

// principal returns the two directions, unit vectors at right angles, along which numbers of a
// covariance c vary most, and how much: the first two eigenvectors of c and their eigenvalues. c is
// n×n, symmetric and finite, row by row, and n at least 2; it is overwritten. Which of its two ends
// is the front of a direction is left open. All bits are the same on every CPU.
//
// This is what stat.PC of gonum computes by a singular value decomposition. Its loops are in
// assembly on one architecture, and on others and with GOAMD64=v3 the compiler fuses what they add
// and multiply, so that its last bits depend on the machine; rounding would not mend that, since
// what is rounded may fall to either side. A test compares the two. Householder's reflections make
// c tridiagonal (Golub and Van Loan, Matrix Computations, algorithm 8.3.1), and rotations of the QL
// algorithm with implicit shifts make that diagonal (Dubrulle, Martin and Wilkinson, The implicit
// QL algorithm, Numerische Mathematik 12, 1968). Only two of the n vectors are put together.
func principal(c []float64, n int) (directions [2][]float64, variances [2]float64) {
	largest := 0.0
	for _, v := range c {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		largest = 1
	}
	for i := range c { // so that no square overflows
		c[i] /= largest
	}
	diagonal, beside, lengths := tridiagonal(c, n)
	turns := diagonalise(diagonal, beside)
	order := [2]int{0, 1}
	if diagonal[1] > diagonal[0] {
		order = [2]int{1, 0}
	}
	for i := 2; i < n; i++ {
		switch {
		case diagonal[i] > diagonal[order[0]]:
			order = [2]int{i, order[0]}
		case diagonal[i] > diagonal[order[1]]:
			order[1] = i
		}
	}
	for k, at := range order {
		v := make([]float64, n)
		v[at] = 1
		for i := len(turns) - 1; i >= 0; i-- {
			turns[i].apply(v)
		}
		for row := n - 3; row >= 0; row-- {
			mirror(v[row+1:], c[row*n+row+1:(row+1)*n], lengths[row])
		}
		directions[k], variances[k] = v, max(0, diagonal[at])*largest
	}
	return directions, variances
}

// tridiagonal reflects c until only its diagonal and the numbers beside it are left, and returns
// them: beside[i] stands between diagonal[i] and diagonal[i+1], and the last is 0. Row i of c, right
// of the diagonal, then is the vector of reflection i, whose factor is lengths[i].
func tridiagonal(c []float64, n int) (diagonal, beside, lengths []float64) {
	diagonal, beside, lengths = make([]float64, n), make([]float64, n), make([]float64, n)
	moved := make([]float64, n)
	for k := range n - 2 {
		v := c[k*n+k+1 : (k+1)*n]
		size := math.Sqrt(dot(v, v))
		if beside[k] = -size; v[0] < 0 { // the sign that cancels nothing
			beside[k] = size
		}
		v[0] -= beside[k]
		if size > 0 {
			lengths[k] = 2 / dot(v, v)
		}
		w := moved[:len(v)]
		for i := range w {
			w[i] = float64(lengths[k] * dot(c[(k+1+i)*n+k+1:(k+2+i)*n], v))
		}
		half := float64(lengths[k]*dot(w, v)) / 2
		for i := range w {
			w[i] -= float64(half * v[i])
		}
		for i := range w {
			row := c[(k+1+i)*n+k+1 : (k+2+i)*n]
			for j := range row {
				row[j] -= float64(v[i]*w[j]) + float64(w[i]*v[j])
			}
		}
	}
	for i := range n {
		diagonal[i] = c[i*n+i]
	}
	beside[n-2] = c[(n-1)*n-1]
	return diagonal, beside, lengths
}

// mirror turns x over: it subtracts v times length times their product.
func mirror(x, v []float64, length float64) {
	by := float64(length * dot(v, x))
	for i := range x {
		x[i] -= float64(by * v[i])
	}
}

// A turn is a rotation of the coordinates at and at+1.
type turn struct {
	at           int
	cosine, sine float64
}

func (t turn) apply(v []float64) {
	a, b := v[t.at], v[t.at+1]
	v[t.at] = float64(t.cosine*a) + float64(t.sine*b)
	v[t.at+1] = float64(t.cosine*b) - float64(t.sine*a)
}

// mostTurns is how often the QL algorithm turns for one eigenvalue at most. It takes two times or
// so.
const mostTurns = 60

// diagonalise makes a tridiagonal matrix diagonal, and returns the rotations that do.
func diagonalise(diagonal, beside []float64) (turns []turn) {
	n := len(diagonal)
	for low := range n {
		for range mostTurns {
			high := low
			for high < n-1 {
				size := math.Abs(diagonal[high]) + math.Abs(diagonal[high+1])
				if size+math.Abs(beside[high]) == size {
					break // nothing is left here
				}
				high++
			}
			if high == low {
				break
			}
			turns = sweep(turns, diagonal, beside, low, high)
		}
	}
	return turns
}

// sweep is a step of the QL algorithm in the rows from low to high.
func sweep(turns []turn, diagonal, beside []float64, low, high int) []turn {
	g := (diagonal[low+1] - diagonal[low]) / (2 * beside[low])
	g = diagonal[high] - diagonal[low] + beside[low]/(g+math.Copysign(length(g, 1), g))
	sine, cosine, p := 1.0, 1.0, 0.0
	for i := high - 1; i >= low; i-- {
		f, b := float64(sine*beside[i]), float64(cosine*beside[i])
		r := length(f, g)
		if beside[i+1] = r; r == 0 {
			diagonal[i+1] -= p
			beside[high] = 0
			return turns
		}
		sine, cosine = f/r, g/r
		g = diagonal[i+1] - p
		r = float64((diagonal[i]-g)*sine) + float64(2*cosine*b)
		p = float64(sine * r)
		diagonal[i+1] = g + p
		g = float64(cosine*r) - b
		turns = append(turns, turn{i, cosine, sine})
	}
	diagonal[low] -= p
	beside[low], beside[high] = g, 0
	return turns
}

// length returns the length of the vector (a, b). Its squares must not overflow.
func length(a, b float64) float64 { return math.Sqrt(float64(a*a) + float64(b*b)) }

// dot returns the product of two vectors, added in their order.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}
