// Package nntest makes the states that tests of several packages begin with, and compares them.
package nntest

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// Points returns n points of a data set with its own noise.
func Points(tb testing.TB, name dataset.Name, n int, seed uint32) []nn.Point {
	tb.Helper()
	info, _ := dataset.Lookup(string(name))
	made, err := dataset.Generate(name, dataset.Params{Points: n, Noise: info.DefaultNoise, Seed: seed})
	if err != nil {
		tb.Fatal(err)
	}
	points := make([]nn.Point, n)
	for i, p := range made {
		points[i] = nn.Point(p)
	}
	return points
}

// State returns a prepared state of n points of a data set, after some updates. Its config is the
// default as change, which may be nil, leaves it.
func State(tb testing.TB, name dataset.Name, n, updates int, change func(*nn.Config)) nn.State {
	tb.Helper()
	info, _ := dataset.Lookup(string(name))
	s := nn.State{Config: nn.DefaultConfig(), Data: Points(tb, name, n, 1)}
	s.Config.Task = nn.Task(info.Task)
	if change != nil {
		change(&s.Config)
	}
	s, err := s.Prepare()
	if err != nil {
		tb.Fatal(err)
	}
	if updates > 0 {
		r, err := nn.Step(s, updates)
		if err != nil {
			tb.Fatal(err)
		}
		s.Network = r.Network
	}
	return s
}

// Same reports whether two values are equal, numbers bit for bit. A nil slice equals an empty one,
// which JSON does not tell apart.
func Same(a, b any) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

func same(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() || a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// ConfigMembers returns the names of the members of nn.Config in JSON.
func ConfigMembers() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[nn.Config]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// ChangeMember gives a member of nn.Config, found by reflection, a value that is not its default.
func ChangeMember(tb testing.TB, c *nn.Config, member string) {
	tb.Helper()
	value := reflect.ValueOf(c).Elem()
	for i, field := range reflect.VisibleFields(value.Type()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != member {
			continue
		}
		switch v := value.Field(i); v.Kind() {
		case reflect.String:
			choices := setting.Lookup(member).Choices
			v.SetString(choices[len(choices)-1].Value)
		case reflect.Int:
			v.SetInt(4)
		case reflect.Uint32:
			v.SetUint(4)
		case reflect.Float64:
			v.SetFloat(0.25)
		default:
			switch list := v.Addr().Interface().(type) {
			case *[]int:
				*list = []int{5, 3}
			case *[]nn.Feature:
				*list = []nn.Feature{nn.FeatureY, nn.FeatureXY}
			default:
				tb.Fatalf("this test has no value of the type %s for %s; give it one", v.Type(), member)
			}
		}
		return
	}
	tb.Fatalf("nn.Config has no member %s", member)
}
