package contract

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
)

// A Message is a request, or a part of one: values by member.
type Message map[string]any

// With returns a copy of m with other values for some members: names and values in turn.
func (m Message) With(members ...any) Message {
	changed := maps.Clone(m)
	for i := 0; i+1 < len(members); i += 2 {
		changed[members[i].(string)] = members[i+1]
	}
	return changed
}

// Without returns a copy of m that lacks some members.
func (m Message) Without(names ...string) Message {
	changed := maps.Clone(m)
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// Text returns the JSON of m.
func (m Message) Text() []byte { return Encode(m) }

// TrainStep returns a train_step of steps updates. It leaves out the network if that is nil.
func TrainStep(config Message, network json.RawMessage, data []Point, steps int) Message {
	m := Message{"type": "train_step", "config": config, "data": data, "steps": steps}
	if network != nil {
		m["network"] = network
	}
	return m
}

// A Point is a point of the contract.
type Point struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Label float64 `json:"label"`
}

// Scatter draws n points of k classes. Each class has a point if n is at least k.
func Scatter(n, k int, seed uint64) []Point {
	random := rand.New(rand.NewPCG(seed, 1))
	points := make([]Point, n)
	for i := range points {
		points[i] = Point{2*random.Float64() - 1, 2*random.Float64() - 1, float64(i % k)}
	}
	return points
}

// Slope draws n points of a regression.
func Slope(n int, seed uint64) []Point {
	points := Scatter(n, 1, seed)
	for i, p := range points {
		points[i].Label = (p.X - 2*p.Y*p.Y) / 3
	}
	return points
}
