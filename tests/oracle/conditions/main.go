// What the two engines that versions of Argo Rollouts read conditions with say of each.
//
// Reads samples as a line of JSON, a list of lists of numbers as text, then a condition a line, as a JSON string. Writes for each
// condition an object: its text, and what it says of each sample, a letter each: T, F, N (no Bool), C (does not compile), E (fails).
// `now` is the engine since 1.10, `then` the one before, where it says something else.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"

	then "github.com/antonmedv/expr"
	now "github.com/expr-lang/expr"
)

func environment(result any) map[string]any {
	return map[string]any{
		"result":  result,
		"asInt":   func(in any) int64 { return int64(number(in)) },
		"asFloat": number,
		"isNaN":   math.IsNaN,
		"isInf":   func(it float64) bool { return math.IsInf(it, 0) },
		"isNil":   func(it any) bool { return it == nil },
		"default": func(it, other any) any {
			if it == nil || reflect.ValueOf(it).Kind() == reflect.Pointer && reflect.ValueOf(it).IsNil() {
				return other
			}
			return it
		},
	}
}

func number(in any) float64 {
	switch it := in.(type) {
	case float64:
		return it
	case int:
		return float64(it)
	case string:
		if found, err := strconv.ParseFloat(it, 64); err == nil {
			return found
		}
	}
	panic("no number")
}

type engine func(condition string, env map[string]any) (any, error, error)

func byNow(condition string, env map[string]any) (any, error, error) {
	program, err := now.Compile(condition, now.Env(env))
	if err != nil {
		return nil, err, nil
	}
	found, err := now.Run(program, env)
	return found, nil, err
}

func byThen(condition string, env map[string]any) (any, error, error) {
	program, err := then.Compile(condition, then.Env(env))
	if err != nil {
		return nil, err, nil
	}
	found, err := then.Run(program, env)
	return found, nil, err
}

func verdict(by engine, condition string, sample []float64) (letter string) {
	defer func() {
		if recover() != nil {
			letter = "E"
		}
	}()
	found, refused, failed := by(condition, environment(sample))
	if refused != nil {
		return "C"
	}
	if failed != nil {
		return "E"
	}
	switch found {
	case true:
		return "T"
	case false:
		return "F"
	}
	return "N"
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	var texts [][]string
	check(json.Unmarshal(lines.Bytes(), &texts))
	samples := make([][]float64, len(texts))
	for i, sample := range texts {
		for _, text := range sample {
			value, err := strconv.ParseFloat(text, 64)
			check(err)
			samples[i] = append(samples[i], value)
		}
	}
	for lines.Scan() {
		var condition string
		check(json.Unmarshal(lines.Bytes(), &condition))
		all := func(by engine) (letters string) {
			for _, sample := range samples {
				letters += verdict(by, condition, sample)
			}
			return
		}
		out := struct {
			Condition string `json:"condition"`
			Now       string `json:"now"`
			Then      string `json:"then,omitempty"`
		}{condition, all(byNow), all(byThen)}
		if out.Then == out.Now {
			out.Then = ""
		}
		line := json.NewEncoder(os.Stdout)
		line.SetEscapeHTML(false)
		check(line.Encode(out))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
