package contract

// A study is a state to train from: together they use every choice of the contract's config at least once.
type study struct {
	name   string
	config Message
	data   []Point
}

// studies have batches that do not divide the points, so that a request may end in the middle of an epoch.
var studies = []study{
	{"Defaults", Message{}, Scatter(20, 2, 1)},
	{"Adam", Message{"optimizer": "adam", "hidden_layers": []int{5, 3}, "batch_size": 4, "seed": 7}, Scatter(13, 2, 2)},
	{"SGD", Message{"optimizer": "sgd", "learning_rate": 0.3, "batch_size": 4, "activation": "sigmoid"}, Scatter(13, 2, 3)},
	{"Momentum", Message{"optimizer": "momentum", "l2": 0.01, "activation": "relu", "init": "he"}, Scatter(16, 3, 4)},
	{"Nesterov", Message{"optimizer": "nesterov", "l1": 0.001, "batch_size": 5, "activation": "leaky_relu"}, Scatter(16, 2, 5)},
	{"RMSProp", Message{"optimizer": "rmsprop", "learning_rate": 0.003, "activation": "gelu", "batch_size": 1}, Scatter(6, 2, 6)},
	{"Adagrad", Message{"optimizer": "adagrad", "activation": "silu", "l1": 0.01, "l2": 0.1}, Scatter(16, 4, 7)},
	{"AdamW", Message{"optimizer": "adamw", "l2": 0.5, "activation": "elu", "batch_size": 7}, Scatter(20, 2, 8)},
	{"StepDecay", Message{"schedule": "step", "schedule_steps": 2, "schedule_factor": 0.5, "optimizer": "momentum"}, Scatter(9, 2, 17)},
	{"ExponentialDecay", Message{"schedule": "exponential", "schedule_steps": 5, "batch_size": 4}, Scatter(11, 2, 18)},
	{"CosineDecay", Message{"schedule": "cosine", "schedule_steps": 6, "schedule_factor": 0, "optimizer": "adamw", "l2": 0.1}, Scatter(10, 3, 19)},
	{"Dropout", Message{"dropout": 0.5, "batch_size": 5, "hidden_layers": []int{9, 4}, "seed": 4294967295}, Scatter(17, 2, 9)},
	{"HeldOut", Message{"test_fraction": 0.3, "dropout": 0.2, "batch_size": 4, "seed": 0}, Scatter(21, 3, 10)},
	{"Regression", Message{"task": "regression", "activation": "softplus", "optimizer": "momentum", "test_fraction": 0.2}, Slope(15, 11)},
	{"Linear", Message{"hidden_layers": []int{}, "optimizer": "nesterov", "learning_rate": 1.5, "init": "xavier"}, Scatter(15, 5, 12)},
	{"Features", Message{"features": []string{"x", "y", "x2", "y2", "xy", "sin_x", "sin_y"}, "activation": "sin", "init": "normal"}, Scatter(18, 10, 13)},
	{"Zero", Message{"init": "zero", "activation": "relu", "optimizer": "momentum", "learning_rate": 10, "batch_size": 3}, Scatter(7, 2, 14)},
	{"Deep", Message{"hidden_layers": []int{3, 2, 4, 1, 5, 2, 3, 2, 4, 3}, "activation": "linear", "features": []string{"sin_y", "x"}}, Scatter(12, 2, 15)},
	{"Wide", Message{"hidden_layers": []int{37, 100}, "dropout": 0.1, "batch_size": 33, "classes": 4}, Scatter(70, 2, 16)},
}
