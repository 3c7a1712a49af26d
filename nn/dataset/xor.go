package dataset

// xor draws each class uniformly from two opposite quadrants, class 1 where x and y differ in sign;
// |x| and |y| are 0.05 to 0.95, so that without noise the classes do not touch (the idea of
// TensorFlow Playground). Noise moves a point, never its class.
//
// There are two classes and no more: a finer checkerboard would have two as well.
func xor(rnd random, _ int) func(int) (x, y float64) {
	const least, most = 0.05, 0.95
	return func(class int) (x, y float64) {
		sign := rnd.sign()
		x = float64(sign * rnd.uniform(least, most))
		if class == 1 {
			sign = -sign
		}
		return x, float64(sign * rnd.uniform(least, most))
	}
}
