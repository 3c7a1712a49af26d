package tests

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
)

// A message is a request, or a part of one, by its members.
type message map[string]any

// with returns a copy of m with other values for some members: names and values in turn.
func (m message) with(members ...any) message {
	changed := maps.Clone(m)
	for i := 0; i+1 < len(members); i += 2 {
		changed[members[i].(string)] = members[i+1]
	}
	return changed
}

// without returns a copy of m that lacks some members.
func (m message) without(names ...string) message {
	changed := maps.Clone(m)
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// text is the JSON of m.
func (m message) text() []byte { return encode(m) }

// trainStep is a train_step of steps updates; the network is left out if it is nil.
func trainStep(config message, network json.RawMessage, data []point, steps int) message {
	m := message{"type": "train_step", "config": config, "data": data, "steps": steps}
	if network != nil {
		m["network"] = network
	}
	return m
}

// A point is a point of the contract.
type point struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Label float64 `json:"label"`
}

// scatter draws n points of k classes, each class at least once if there is room.
func scatter(n, k int, seed uint64) []point {
	random := rand.New(rand.NewPCG(seed, 1))
	points := make([]point, n)
	for i := range points {
		points[i] = point{2*random.Float64() - 1, 2*random.Float64() - 1, float64(i % k)}
	}
	return points
}

// slope draws n points of a regression.
func slope(n int, seed uint64) []point {
	points := scatter(n, 1, seed)
	for i, p := range points {
		points[i].Label = (p.X - 2*p.Y*p.Y) / 3
	}
	return points
}

// A study is a state to train from: together they use every choice of the contract's config at least once.
type study struct {
	name   string
	config message
	data   []point
}

// studies have batches that do not divide the points, so that a request may end in the middle of an epoch.
var studies = []study{
	{"Defaults", message{}, scatter(20, 2, 1)},
	{"Adam", message{"optimizer": "adam", "hidden_layers": []int{5, 3}, "batch_size": 4, "seed": 7}, scatter(13, 2, 2)},
	{"SGD", message{"optimizer": "sgd", "learning_rate": 0.3, "batch_size": 4, "activation": "sigmoid"}, scatter(13, 2, 3)},
	{"Momentum", message{"optimizer": "momentum", "l2": 0.01, "activation": "relu", "init": "he"}, scatter(16, 3, 4)},
	{"Nesterov", message{"optimizer": "nesterov", "l1": 0.001, "batch_size": 5, "activation": "leaky_relu"}, scatter(16, 2, 5)},
	{"RMSProp", message{"optimizer": "rmsprop", "learning_rate": 0.003, "activation": "gelu", "batch_size": 1}, scatter(6, 2, 6)},
	{"Adagrad", message{"optimizer": "adagrad", "activation": "silu", "l1": 0.01, "l2": 0.1}, scatter(16, 4, 7)},
	{"AdamW", message{"optimizer": "adamw", "l2": 0.5, "activation": "elu", "batch_size": 7}, scatter(20, 2, 8)},
	{"StepDecay", message{"schedule": "step", "schedule_steps": 2, "schedule_factor": 0.5, "optimizer": "momentum"}, scatter(9, 2, 17)},
	{"ExponentialDecay", message{"schedule": "exponential", "schedule_steps": 5, "batch_size": 4}, scatter(11, 2, 18)},
	{"CosineDecay", message{"schedule": "cosine", "schedule_steps": 6, "schedule_factor": 0, "optimizer": "adamw", "l2": 0.1}, scatter(10, 3, 19)},
	{"Dropout", message{"dropout": 0.5, "batch_size": 5, "hidden_layers": []int{9, 4}, "seed": 4294967295}, scatter(17, 2, 9)},
	{"HeldOut", message{"test_fraction": 0.3, "dropout": 0.2, "batch_size": 4, "seed": 0}, scatter(21, 3, 10)},
	{"Regression", message{"task": "regression", "activation": "softplus", "optimizer": "momentum", "test_fraction": 0.2}, slope(15, 11)},
	{"Linear", message{"hidden_layers": []int{}, "optimizer": "nesterov", "learning_rate": 1.5, "init": "xavier"}, scatter(15, 5, 12)},
	{"Features", message{"features": []string{"x", "y", "x2", "y2", "xy", "sin_x", "sin_y"}, "activation": "sin", "init": "normal"}, scatter(18, 10, 13)},
	{"Zero", message{"init": "zero", "activation": "relu", "optimizer": "momentum", "learning_rate": 10, "batch_size": 3}, scatter(7, 2, 14)},
	{"Deep", message{"hidden_layers": []int{3, 2, 4, 1, 5, 2, 3, 2, 4, 3}, "activation": "linear", "features": []string{"sin_y", "x"}}, scatter(12, 2, 15)},
	{"Wide", message{"hidden_layers": []int{37, 100}, "dropout": 0.1, "batch_size": 33, "classes": 4}, scatter(70, 2, 16)},
}
