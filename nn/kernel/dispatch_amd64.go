package kernel

import "golang.org/x/sys/cpu"

//go:generate go run ./avo -out vector_amd64.s -stubs vector_amd64.go -pkg kernel

// available returns the vector kernels that this machine can run, the fastest first.
func available() []*vectors {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	if !cpu.X86.HasAVX512F || !cpu.X86.HasAVX512DQ || !cpu.X86.HasAVX512VL {
		return []*vectors{&avx2}
	}
	return []*vectors{&avx512, &avx2}
}

var avx2 = vectors{
	name:            "avx2",
	forward:         forwardAVX2,
	backward:        backwardAVX2,
	gradient:        []gradientRows{{2, gradient2AVX2}, {1, gradient1AVX2}},
	rowSums:         rowSumsAVX2,
	softmax:         softmaxAVX2,
	softmaxGradient: softmaxGradientAVX2,
	exponentials:    exponentialsAVX2,
	multiply:        multiplyAVX2,
	within:          withinAVX2,

	tanh:      elementwise{tanhAVX2, tanhSlopeAVX2},
	sigmoid:   elementwise{sigmoidAVX2, sigmoidSlopeAVX2},
	relu:      elementwise{reluAVX2, reluSlopeAVX2},
	leakyReLU: elementwise{leakyReLUAVX2, leakyReLUSlopeAVX2},
	gelu:      elementwise{geluAVX2, geluSlopeAVX2},
	silu:      elementwise{siluAVX2, siluSlopeAVX2},
	elu:       elementwise{eluAVX2, eluSlopeAVX2},
	softplus:  elementwise{softplusAVX2, softplusSlopeAVX2},
	sin:       elementwise{sinAVX2, sinSlopeAVX2},

	sgd:       sgdAVX2,
	heavyBall: heavyBallAVX2,
	nesterov:  nesterovAVX2,
	rmsprop:   rmspropAVX2,
	adagrad:   adagradAVX2,
	adam:      adamAVX2,
}

var avx512 = vectors{
	name:     "avx512",
	forward:  forwardAVX512,
	backward: backwardAVX512,
	gradient: []gradientRows{
		{4, gradient4AVX512}, {2, gradient2AVX512}, {1, gradient1AVX512},
	},
	rowSums:         rowSumsAVX512,
	softmax:         softmaxAVX512,
	softmaxGradient: softmaxGradientAVX512,
	exponentials:    exponentialsAVX512,
	multiply:        multiplyAVX512,
	within:          withinAVX2,

	tanh:      elementwise{tanhAVX512, tanhSlopeAVX512},
	sigmoid:   elementwise{sigmoidAVX512, sigmoidSlopeAVX512},
	relu:      elementwise{reluAVX512, reluSlopeAVX512},
	leakyReLU: elementwise{leakyReLUAVX512, leakyReLUSlopeAVX512},
	gelu:      elementwise{geluAVX512, geluSlopeAVX512},
	silu:      elementwise{siluAVX512, siluSlopeAVX512},
	elu:       elementwise{eluAVX512, eluSlopeAVX512},
	softplus:  elementwise{softplusAVX512, softplusSlopeAVX512},
	sin:       elementwise{sinAVX512, sinSlopeAVX512},

	sgd:       sgdAVX512,
	heavyBall: heavyBallAVX512,
	nesterov:  nesterovAVX512,
	rmsprop:   rmspropAVX512,
	adagrad:   adagradAVX512,
	adam:      adamAVX512,
}
