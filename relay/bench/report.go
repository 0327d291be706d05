package bench

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// disturbance is what else went on in a trial: the load average at its end, and the parts of all cores' time that the
// hypervisor took and that other processes used.
type disturbance struct{ load, stolen, others float64 }

type cell struct{ scenario, contender, measure string }

// report gathers the figures of all rounds.
type report struct {
	figures   map[cell][]float64
	disturbed []disturbance
	failed    []error
	notHeld   []string
}

func newReport() *report { return &report{figures: map[cell][]float64{}} }

func (r *report) add(scenario, contender string, figures map[string]float64, d disturbance, err error) {
	r.disturbed = append(r.disturbed, d)
	if err != nil {
		r.failed = append(r.failed, fmt.Errorf("%s with %s: %w", scenario, contender, err))
		return
	}
	for name, v := range figures {
		c := cell{scenario, contender, name}
		r.figures[c] = append(r.figures[c], v)
	}
	if part, late := figures[arrived]; late {
		r.notHeld = append(r.notHeld, fmt.Sprintf("%s with %s: only %.0f %% of what was to arrive did in time", scenario, contender, 100*part))
	}
}

func (r *report) median(c cell) (v float64, ok bool) {
	all := slices.Sorted(slices.Values(r.figures[c]))
	if len(all) == 0 {
		return 0, false
	}
	return all[len(all)/2], true
}

// show is a cell: the median, and from where to where the rounds went.
func (r *report) show(c cell, format string) string {
	v, ok := r.median(c)
	if !ok {
		return "–"
	}
	text := fmt.Sprintf(format, v)
	all := r.figures[c]
	low, high := fmt.Sprintf(format, slices.Min(all)), fmt.Sprintf(format, slices.Max(all))
	if low != high {
		text += fmt.Sprintf(" (%s–%s)", low, high)
	}
	return text
}

// verdict says whether the program reached a goal.
func (r *report) verdict(scenario string, m measure, us string) string {
	g := m.goal
	if g == (goal{}) {
		return ""
	}
	sign, want := "≤", g.times
	if g.atLeast {
		sign = "≥"
	}
	text := fmt.Sprintf("%s %.4g", sign, g.times)
	if g.than != "" {
		if text = sign + " " + g.than; g.times != 1 {
			text = fmt.Sprintf("%s %.4g × %s", sign, g.times, g.than)
		}
		v, ok := r.median(cell{scenario, g.than, m.name})
		if !ok {
			return text
		}
		want *= v
	}
	v, ok := r.median(cell{scenario, us, m.name})
	if !ok {
		return text
	}
	if g.atLeast && v >= want || !g.atLeast && v <= want {
		return text + ": met"
	}
	return text + ": **missed**"
}

func (r *report) print(out io.Writer, all []scenario, contenders []string, o Options) {
	us := (&ours{}).name()
	fmt.Fprintf(out, "%s, %d cores, %s %s, %s; %d rounds in turn, medians", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(),
		runtime.GOOS, runtime.GOARCH, runtime.Version(), o.Rounds)
	if o.Rounds > 1 {
		fmt.Fprint(out, " (lowest–highest)")
	}
	if o.Quick {
		fmt.Fprint(out, "; -quick: the figures mean nothing")
	}
	fmt.Fprintf(out, ".\nServer and generator on a core each. %s\n\n", r.interference())
	fmt.Fprintf(out, "| | | %s | goal |\n|---|---|%s---|\n", strings.Join(contenders, " | "), strings.Repeat("---|", len(contenders)))
	for _, sc := range all {
		title := sc.title
		for _, m := range sc.measures {
			fmt.Fprintf(out, "| %s | %s |", title, m.title)
			for _, c := range contenders {
				fmt.Fprintf(out, " %s |", r.show(cell{sc.name, c, m.name}, m.show))
			}
			fmt.Fprintf(out, " %s |\n", r.verdict(sc.name, m, us))
			title = "…"
		}
	}
	for _, note := range r.notHeld {
		fmt.Fprintf(out, "\n%s.", note)
	}
	if len(r.notHeld) > 0 {
		fmt.Fprintln(out)
	}
}

// tooMuch is what other processes may use of the machine, in percent, before the figures are doubtful.
const tooMuch = 10

// interference is how far the machine was not ours alone.
func (r *report) interference() string {
	if len(r.disturbed) == 0 {
		return ""
	}
	by := func(of func(disturbance) float64) (middle, most float64) {
		all := []float64{}
		for _, d := range r.disturbed {
			all = append(all, of(d))
		}
		slices.Sort(all)
		return all[len(all)/2], all[len(all)-1]
	}
	load, loadMost := by(func(d disturbance) float64 { return d.load })
	stolen, stolenMost := by(func(d disturbance) float64 { return 100 * d.stolen })
	others, othersMost := by(func(d disturbance) float64 { return 100 * d.others })
	text := fmt.Sprintf("Interference, median and most of %d trials: load average %.1f and %.1f (about 2 is our own), other processes %.0f and %.0f %% of the machine, stolen %.1f and %.1f %%.",
		len(r.disturbed), load, loadMost, others, othersMost, stolen, stolenMost)
	if others > tooMuch {
		text += " **That is too much to compare rates and delays: measure again on a calm machine.**"
	}
	return text
}
