// Package sim runs Tekton's own PipelineRun reconciler (and, on request, its
// TaskRun reconciler) on fake clients and plays the tasks according to a
// scenario. It is built with "go test -c" because Tekton's seeding helpers
// want a *testing.T.
//
// The process reads JSON cases, one per line, and writes one JSON result per
// line. TEKTON_SIM_IN names the file of cases ("-" or unset: standard input;
// a file that holds one case spread over lines works too). TEKTON_SIM_OUT
// names the file of results (unset: standard output). Nothing else is
// written to standard output.
package sim

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"testing"
	"time"

	"oracle-tekton/admit"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	_ "github.com/tektoncd/pipeline/pkg/pipelinerunmetrics/fake"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	rtesting "github.com/tektoncd/pipeline/pkg/reconciler/testing"
	_ "github.com/tektoncd/pipeline/pkg/taskrunmetrics/fake"
	"github.com/tektoncd/pipeline/test"
	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ktesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/record"
	clocktesting "k8s.io/utils/clock/testing"
	"knative.dev/pkg/apis"
	"knative.dev/pkg/configmap"
	"knative.dev/pkg/controller"
	"knative.dev/pkg/logging"
	"knative.dev/pkg/reconciler"
	"knative.dev/pkg/system"
	_ "knative.dev/pkg/system/testing"
)

// ---- input ----

type inputCase struct {
	ID    string   `json:"id"`
	Files []string `json:"files"`
	admit.Settings
	Scenario scenario `json:"scenario"`
	// TaskRuns: also let the TaskRun reconciler accept each TaskRun (its
	// checks, the substituted spec and the pod), before it is played.
	TaskRuns bool `json:"taskruns"`
	// Full adds workspaces and task specs to every started run.
	Full bool `json:"full"`
	// SkipAdmission feeds the controller what admission refuses.
	SkipAdmission bool `json:"skip_admission"`
}

type scenario struct {
	// Tasks: behaviour by TaskRun name or, failing that, by pipeline task.
	Tasks map[string]behaviour `json:"tasks"`
	// CancelAfterRound sets spec.status to Status after that round started.
	CancelAfterRound *int   `json:"cancel_after_round"`
	Status           string `json:"status"`
	MaxRounds        int    `json:"max_rounds"`
}

type behaviour struct {
	Fail         bool     `json:"fail"`
	FailAttempts int      `json:"fail_attempts"` // this many attempts fail
	Reason       string   `json:"reason"`
	Message      string   `json:"message"`
	Seconds      *float64 `json:"seconds"` // per attempt, 1 unless told
	// Results given: exactly these; not given: dummies for every declared
	// result of a task that succeeds, none for one that fails.
	Results map[string]v1.ParamValue `json:"results"`
}

// ---- output ----

type output struct {
	ID        string          `json:"id"`
	Verdict   string          `json:"verdict"` // ran, admission, nothing-to-run, error, panic
	Error     string          `json:"error,omitempty"`
	Admission []*admit.Result `json:"admission,omitempty"`
	Runs      []*runOut       `json:"runs,omitempty"`
	Rounds    []*roundOut     `json:"rounds,omitempty"`
	Events    []string        `json:"events,omitempty"`
	Ignored   []string        `json:"ignored,omitempty"`
	MS        float64         `json:"ms"`
}

type runOut struct {
	Kind     string      `json:"kind"`
	Name     string      `json:"name"`
	Parent   string      `json:"parent,omitempty"`
	State    string      `json:"state"` // done, stuck, needs-remote, pending, max-rounds
	Status   string      `json:"status"`
	Reason   string      `json:"reason"`
	Message  string      `json:"message"`
	Error    string      `json:"error,omitempty"` // last permanent reconcile error
	Skipped  []skipOut   `json:"skipped,omitempty"`
	Results  []nameValue `json:"results,omitempty"`
	Children []childOut  `json:"children,omitempty"`
	Seconds  float64     `json:"seconds"`
}

type skipOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

type nameValue struct {
	Name  string        `json:"name"`
	Value v1.ParamValue `json:"value"`
}

type childOut struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	PipelineTask string `json:"pipelineTask,omitempty"`
	Status       string `json:"status"`
	Reason       string `json:"reason"`
}

type roundOut struct {
	Round    int           `json:"round"`
	At       float64       `json:"at"`
	Started  []*startedOut `json:"started,omitempty"`
	Finished []*finishOut  `json:"finished,omitempty"`
}

type startedOut struct {
	Kind         string                `json:"kind"`
	Name         string                `json:"name"`
	Run          string                `json:"run,omitempty"`
	PipelineTask string                `json:"pipelineTask,omitempty"`
	Params       []nameValue           `json:"params,omitempty"`
	Timeout      string                `json:"timeout,omitempty"`
	Retries      int                   `json:"retries,omitempty"`
	ServiceAcct  string                `json:"serviceAccount,omitempty"`
	TaskRef      string                `json:"taskRef,omitempty"`
	Steps        []v1.Step             `json:"steps,omitempty"`
	Workspaces   []v1.WorkspaceBinding `json:"workspaces,omitempty"`
	TaskSpec     *v1.TaskSpec          `json:"taskSpec,omitempty"`
	Pod          *corev1.PodSpec       `json:"pod,omitempty"`
	Note         string                `json:"note,omitempty"`
}

type finishOut struct {
	Name         string      `json:"name"`
	PipelineTask string      `json:"pipelineTask,omitempty"`
	Status       string      `json:"status"`
	Reason       string      `json:"reason"`
	Message      string      `json:"message,omitempty"`
	Results      []nameValue `json:"results,omitempty"`
}

// ---- process ----

func TestMain(m *testing.M) {
	out = os.Stdout
	if p := os.Getenv("TEKTON_SIM_OUT"); p != "" {
		f, err := os.Create(p)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		out = f
	}
	// The testing package prints PASS or FAIL on os.Stdout.
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
	os.Exit(m.Run())
}

var out io.Writer

func TestSim(t *testing.T) {
	var in io.Reader = os.Stdin
	if p := os.Getenv("TEKTON_SIM_IN"); p != "" && p != "-" {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in = f
	}
	dec := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n := 0; ; n++ {
		var c inputCase
		if err := dec.Decode(&c); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("case %d: %v", n, err)
		}
		res := &output{ID: c.ID, Verdict: "error", Error: "the seeding helper gave up"}
		begin := time.Now()
		t.Run(fmt.Sprint(n), func(t *testing.T) { // a t.Fatal upstream ends only this case
			defer func() {
				if p := recover(); p != nil {
					res.Verdict, res.Error = "panic", fmt.Sprintf("%v\n%s", p, debug.Stack())
				}
			}()
			runCase(t, &c, res)
		})
		res.MS = float64(time.Since(begin).Microseconds()) / 1000
		if err := enc.Encode(res); err != nil {
			// A parameter without a value has no type, and cannot be written: how the run ends can.
			res.Rounds, res.Error = nil, err.Error()
			if err := enc.Encode(res); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
}

// ---- one case ----

const namespace = "default"

type playing struct {
	kind     string // TaskRun or CustomRun
	name     string
	started  time.Time
	task     string
	finishAt time.Time
	timeout  bool
}

type box struct {
	t      *testing.T
	ctx    context.Context
	clock  *clocktesting.FakeClock
	start  time.Time
	c      test.Clients
	inf    test.Informers
	prs    *controller.Impl
	trs    *controller.Impl
	events *record.FakeRecorder
	in     *inputCase
	out    *output
	seen   map[string]bool
	told   map[string]bool
	live   map[string]*playing
	perm   map[string]string // last permanent error by run
	wake   map[string]time.Time
	nUID   int
}

func runCase(t *testing.T, in *inputCase, res *output) {
	fail := func(err error) { res.Verdict, res.Error = "error", err.Error() }
	offlineRegistry()
	actx, err := in.Settings.Context(context.Background())
	if err != nil {
		fail(err)
		return
	}
	var all []*admit.Result
	for _, text := range in.Files {
		rs, err := admit.CheckStream(actx, strings.NewReader(text), admit.Options{})
		if err != nil {
			fail(err)
			return
		}
		all = append(all, rs...)
	}
	refused := false
	for _, r := range all {
		bad := r.Verdict != admit.OK && r.Verdict != admit.NotTekton
		if bad || (r.V1 != nil && r.V1.Verdict != admit.OK) {
			res.Admission = append(res.Admission, r)
			refused = true
		}
	}
	if refused && !in.SkipAdmission {
		res.Verdict, res.Error = "admission", ""
		return
	}

	b := &box{t: t, in: in, out: res, seen: map[string]bool{}, told: map[string]bool{}, live: map[string]*playing{}, perm: map[string]string{}, wake: map[string]time.Time{}}
	b.start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	b.clock = clocktesting.NewFakeClock(b.start)
	d, ignored := b.data(all)
	res.Ignored = ignored
	if len(d.PipelineRuns) == 0 && len(d.TaskRuns) == 0 {
		res.Verdict, res.Error = "nothing-to-run", ""
		return
	}
	flags, err := in.Settings.FlagMap()
	if err != nil {
		fail(err)
		return
	}
	d.ConfigMaps = append(d.ConfigMaps,
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: config.GetFeatureFlagsConfigName(), Namespace: system.Namespace()}, Data: flags},
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: config.GetDefaultsConfigName(), Namespace: system.Namespace()}, Data: nonNil(in.Defaults)})
	test.EnsureConfigurationConfigMapsExist(&d)

	ctx, _ := rtesting.SetupFakeContext(t)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx = logging.WithLogger(ctx, zap.NewNop().Sugar())
	b.events = controller.GetEventRecorder(ctx).(*record.FakeRecorder)
	b.ctx = ctx
	b.c, b.inf = test.SeedTestData(t, ctx, d)
	// The fake API server gives neither time nor UID: a run without a
	// creation time counts as timed out long ago.
	b.c.Pipeline.PrependReactor("create", "*", func(a ktesting.Action) (bool, runtime.Object, error) {
		if ca, ok := a.(ktesting.CreateAction); ok {
			b.birth(ca.GetObject())
		}
		return false, nil, nil
	})
	var static []*corev1.ConfigMap
	for _, cm := range d.ConfigMaps {
		if cm.Namespace == system.Namespace() {
			static = append(static, cm)
		}
	}
	watcher := configmap.NewStaticWatcher(static...)
	opts := &pipeline.Options{Images: pipeline.Images{
		EntrypointImage: "oracle/entrypoint", SidecarLogResultsImage: "oracle/sidecarlogresults",
		NopImage: "oracle/nop", ShellImage: "oracle/shell", ShellImageWin: "oracle/shellwin",
		WorkingDirInitImage: "oracle/workingdirinit",
	}}
	b.prs = b.lead(pipelinerun.NewController(opts, b.clock)(ctx, watcher))
	if in.TaskRuns {
		b.trs = b.lead(taskrun.NewController(opts, b.clock)(ctx, watcher))
	}
	res.Verdict, res.Error = "ran", ""
	b.play()
}

func nonNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func (b *box) lead(impl *controller.Impl) *controller.Impl {
	if la, ok := impl.Reconciler.(reconciler.LeaderAware); ok {
		if err := la.Promote(reconciler.UniversalBucket(), func(reconciler.Bucket, types.NamespacedName) {}); err != nil {
			b.t.Fatal(err)
		}
	}
	return impl
}

func (b *box) birth(obj runtime.Object) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return
	}
	if ts := m.GetCreationTimestamp(); ts.IsZero() {
		m.SetCreationTimestamp(metav1.NewTime(b.clock.Now()))
	}
	if m.GetUID() == "" {
		b.nUID++
		m.SetUID(types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", b.nUID)))
	}
}

// data turns admitted documents into the seed of the fake cluster.
func (b *box) data(all []*admit.Result) (d test.Data, ignored []string) {
	put := func(o metav1.Object) {
		o.SetNamespace(namespace)
		b.birth(o.(runtime.Object))
	}
	names := map[string]bool{}
	for _, r := range all {
		// The fake API server would stop at a second object of one name.
		if key := r.Kind + "/" + r.Name; names[key] {
			ignored = append(ignored, key+" (a second one)")
			continue
		} else {
			names[key] = true
		}
		switch o := r.V1Obj.(type) {
		case *v1.Task:
			put(o)
			d.Tasks = append(d.Tasks, o)
		case *v1.Pipeline:
			put(o)
			d.Pipelines = append(d.Pipelines, o)
		case *v1.PipelineRun:
			put(o)
			d.PipelineRuns = append(d.PipelineRuns, o)
		case *v1.TaskRun:
			if b.in.TaskRuns {
				put(o)
				d.TaskRuns = append(d.TaskRuns, o)
			} else {
				ignored = append(ignored, "TaskRun/"+o.Name)
			}
		case *v1beta1.StepAction:
			put(o)
			d.StepActions = append(d.StepActions, o)
		default:
			switch r.APIVersion + " " + r.Kind {
			case "v1 ConfigMap":
				var x corev1.ConfigMap
				if json.Unmarshal(r.JSON, &x) == nil {
					put(&x)
					d.ConfigMaps = append(d.ConfigMaps, &x)
				}
			case "v1 Secret":
				var x corev1.Secret
				if json.Unmarshal(r.JSON, &x) == nil {
					put(&x)
					d.Secrets = append(d.Secrets, &x)
				}
			case "v1 ServiceAccount":
				var x corev1.ServiceAccount
				if json.Unmarshal(r.JSON, &x) == nil {
					put(&x)
					d.ServiceAccounts = append(d.ServiceAccounts, &x)
				}
			case "v1 LimitRange":
				var x corev1.LimitRange
				if json.Unmarshal(r.JSON, &x) == nil {
					put(&x)
					d.LimitRange = append(d.LimitRange, &x)
				}
			default:
				ignored = append(ignored, r.Kind+"/"+r.Name)
			}
		}
	}
	b.accounts(&d)
	return d, ignored
}

// accounts adds the service accounts that the runs name and nobody declares:
// a cluster has them, and pods are not made without.
func (b *box) accounts(d *test.Data) {
	names := []string{"default", b.in.Defaults["default-service-account"]}
	for _, pr := range d.PipelineRuns {
		names = append(names, pr.Spec.TaskRunTemplate.ServiceAccountName)
		for _, s := range pr.Spec.TaskRunSpecs {
			names = append(names, s.ServiceAccountName)
		}
	}
	for _, tr := range d.TaskRuns {
		names = append(names, tr.Spec.ServiceAccountName)
	}
	have := map[string]bool{"": true}
	for _, a := range d.ServiceAccounts {
		have[a.Name] = true
	}
	for _, n := range names {
		if !have[n] {
			have[n] = true
			d.ServiceAccounts = append(d.ServiceAccounts, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: n, Namespace: namespace}})
		}
	}
}

// ---- the loop ----

const (
	defaultMaxRounds = 2000
	maxSettle        = 20
)

func (b *box) play() {
	limit := b.in.Scenario.MaxRounds
	if limit <= 0 {
		limit = defaultMaxRounds
	}
	cancelled := false
	state := "max-rounds"
	var finished []*finishOut
	for round := 0; round < limit; round++ {
		r := &roundOut{Round: round, At: b.clock.Now().Sub(b.start).Seconds(), Finished: finished}
		b.out.Rounds = append(b.out.Rounds, r)
		next, done := b.settle(r)
		if n := b.in.Scenario.CancelAfterRound; n != nil && !cancelled && round >= *n {
			cancelled = true
			b.cancelRuns()
			next, done = b.settle(r)
		}
		if done {
			state = "done"
			break
		}
		if len(b.live) == 0 {
			if s := b.waiting(); s != "" {
				state = s
			} else {
				state = "stuck" // nothing runs, nothing starts, nothing changes
			}
			break
		}
		finished = b.advance(next)
	}
	b.report(state)
}

// settle reconciles every run until nothing changes any more at this time. It
// returns the earliest time at which a reconciler wants to look again.
func (b *box) settle(r *roundOut) (next time.Time, done bool) {
	before := ""
	for i := 0; i < maxSettle; i++ {
		for _, pr := range b.pipelineRuns() {
			if pr.IsDone() {
				continue
			}
			err := b.prs.Reconciler.Reconcile(b.ctx, pr.Namespace+"/"+pr.Name)
			if again, after := controller.IsRequeueKey(err); again {
				// As the work queue does: one wake-up per run, the earliest.
				at := b.clock.Now().Add(after)
				if old, ok := b.wake[pr.Name]; after > 0 && (!ok || !old.After(b.clock.Now()) || at.Before(old)) {
					b.wake[pr.Name] = at
				}
			} else if err != nil {
				b.perm[pr.Name] = err.Error()
			}
			b.drain()
		}
		b.sync()
		b.adopt(r)
		now := b.fingerprint()
		if now == before {
			break
		}
		before = now
	}
	done = len(b.live) == 0
	for _, pr := range b.pipelineRuns() {
		done = done && pr.IsDone()
		if at, ok := b.wake[pr.Name]; ok && !pr.IsDone() && at.After(b.clock.Now()) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, tr := range b.taskRuns() {
		done = done && (tr.IsDone() || len(tr.OwnerReferences) > 0)
	}
	return next, done
}

func (b *box) drain() {
	for {
		select {
		case e := <-b.events.Events:
			if strings.HasPrefix(e, "Warning") && !b.told[e] {
				b.told[e] = true
				b.out.Events = append(b.out.Events, e)
			}
		default:
			return
		}
	}
}

func (b *box) pipelineRuns() []*v1.PipelineRun {
	l, err := b.c.Pipeline.TektonV1().PipelineRuns(namespace).List(b.ctx, metav1.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	out := make([]*v1.PipelineRun, len(l.Items))
	for i := range l.Items {
		out[i] = &l.Items[i]
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].UID < out[j].UID })
	return out
}

func (b *box) taskRuns() []*v1.TaskRun {
	l, err := b.c.Pipeline.TektonV1().TaskRuns(namespace).List(b.ctx, metav1.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	out := make([]*v1.TaskRun, len(l.Items))
	for i := range l.Items {
		out[i] = &l.Items[i]
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].UID < out[j].UID })
	return out
}

func (b *box) customRuns() []*v1beta1.CustomRun {
	l, err := b.c.Pipeline.TektonV1beta1().CustomRuns(namespace).List(b.ctx, metav1.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	out := make([]*v1beta1.CustomRun, len(l.Items))
	for i := range l.Items {
		out[i] = &l.Items[i]
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].UID < out[j].UID })
	return out
}

// sync copies the tracker's objects into the informers' stores: the seeding
// helper forwards creations and updates but not patches, and cancellation and
// timeouts are patches.
func (b *box) sync() {
	for _, o := range b.pipelineRuns() {
		_ = b.inf.PipelineRun.Informer().GetIndexer().Update(o)
	}
	for _, o := range b.taskRuns() {
		_ = b.inf.TaskRun.Informer().GetIndexer().Update(o)
	}
	for _, o := range b.customRuns() {
		_ = b.inf.CustomRun.Informer().GetIndexer().Update(o)
	}
}

func (b *box) fingerprint() string {
	var s strings.Builder
	cond := func(kind, name, spec string, c *apis.Condition) {
		fmt.Fprintf(&s, "%s %s %s ", kind, name, spec)
		if c != nil {
			fmt.Fprintf(&s, "%s %s %s", c.Status, c.Reason, c.Message)
		}
		s.WriteByte('\n')
	}
	for _, o := range b.pipelineRuns() {
		cond("p", o.Name, string(o.Spec.Status), o.Status.GetCondition(apis.ConditionSucceeded))
		for _, k := range o.Status.SkippedTasks {
			fmt.Fprintf(&s, "skip %s %s\n", k.Name, k.Reason)
		}
	}
	for _, o := range b.taskRuns() {
		cond("t", o.Name, string(o.Spec.Status), o.Status.GetCondition(apis.ConditionSucceeded))
	}
	for _, o := range b.customRuns() {
		cond("c", o.Name, string(o.Spec.Status), o.Status.GetCondition(apis.ConditionSucceeded))
	}
	return s.String()
}

func values(ps v1.Params) []nameValue {
	var out []nameValue
	for _, p := range ps {
		out = append(out, nameValue{p.Name, p.Value})
	}
	return out
}

// adopt notices new runs, marks them running and notes what they are.
func (b *box) adopt(r *roundOut) {
	now := metav1.NewTime(b.clock.Now())
	for _, pr := range b.pipelineRuns() {
		if b.seen["p/"+pr.Name] {
			continue
		}
		b.seen["p/"+pr.Name] = true
		if parent := pr.Labels[pipeline.PipelineRunLabelKey]; len(pr.OwnerReferences) > 0 {
			r.Started = append(r.Started, &startedOut{Kind: "PipelineRun", Name: pr.Name, Run: ownerName(pr.OwnerReferences, parent),
				PipelineTask: pr.Labels[pipeline.PipelineTaskLabelKey], Params: values(pr.Spec.Params)})
		}
	}
	for _, cr := range b.customRuns() {
		if b.seen["c/"+cr.Name] {
			continue
		}
		b.seen["c/"+cr.Name] = true
		var ps []nameValue
		for _, p := range cr.Spec.Params {
			var v v1.ParamValue
			if js, err := json.Marshal(p.Value); err == nil {
				_ = json.Unmarshal(js, &v)
			}
			ps = append(ps, nameValue{p.Name, v})
		}
		s := &startedOut{Kind: "CustomRun", Name: cr.Name, Run: cr.Labels[pipeline.PipelineRunLabelKey],
			PipelineTask: cr.Labels[pipeline.PipelineTaskLabelKey], Params: ps, Retries: cr.Spec.Retries, ServiceAcct: cr.Spec.ServiceAccountName}
		if cr.Spec.Timeout != nil {
			s.Timeout = cr.Spec.Timeout.Duration.String()
		}
		r.Started = append(r.Started, s)
		cr.Status.StartTime = &now
		cr.Status.SetCondition(&apis.Condition{Type: apis.ConditionSucceeded, Status: corev1.ConditionUnknown, Reason: "Running"})
		b.mustUpdate(b.c.Pipeline.TektonV1beta1().CustomRuns(namespace).UpdateStatus(b.ctx, cr, metav1.UpdateOptions{}))
		b.live["c/"+cr.Name] = &playing{kind: "CustomRun", name: cr.Name, task: s.PipelineTask, started: now.Time}
	}
	for _, tr := range b.taskRuns() {
		if b.seen["t/"+tr.Name] {
			continue
		}
		b.seen["t/"+tr.Name] = true
		s := &startedOut{Kind: "TaskRun", Name: tr.Name, Run: tr.Labels[pipeline.PipelineRunLabelKey],
			PipelineTask: tr.Labels[pipeline.PipelineTaskLabelKey], Params: values(tr.Spec.Params), Retries: tr.Spec.Retries,
			ServiceAcct: tr.Spec.ServiceAccountName}
		if tr.Spec.Timeout != nil {
			s.Timeout = tr.Spec.Timeout.Duration.String()
		}
		if tr.Spec.TaskRef != nil {
			s.TaskRef = tr.Spec.TaskRef.Name
		}
		r.Started = append(r.Started, s)
		if b.trs != nil {
			tr = b.accept(tr, s)
		}
		spec := b.specOf(tr)
		if spec != nil {
			s.Steps = spec.Steps
		}
		if b.in.Full {
			s.Workspaces, s.TaskSpec = tr.Spec.Workspaces, spec
		}
		if tr.IsDone() { // refused by the TaskRun reconciler
			c := tr.Status.GetCondition(apis.ConditionSucceeded)
			r.Finished = append(r.Finished, &finishOut{Name: tr.Name, PipelineTask: s.PipelineTask, Status: string(c.Status), Reason: c.Reason, Message: c.Message})
			continue
		}
		if c := tr.Status.GetCondition(apis.ConditionSucceeded); c != nil && (c.Reason == v1.TaskRunReasonResolvingTaskRef || c.Reason == v1.TaskRunReasonResolvingStepActionRef) {
			continue // waits for a remote resource
		}
		tr.Status.StartTime = &now
		tr.Status.SetCondition(&apis.Condition{Type: apis.ConditionSucceeded, Status: corev1.ConditionUnknown, Reason: v1.TaskRunReasonRunning.String()})
		b.mustUpdate(b.c.Pipeline.TektonV1().TaskRuns(namespace).UpdateStatus(b.ctx, tr, metav1.UpdateOptions{}))
		b.live["t/"+tr.Name] = &playing{kind: "TaskRun", name: tr.Name, task: s.PipelineTask, started: now.Time}
	}
}

func ownerName(refs []metav1.OwnerReference, fallback string) string {
	for _, r := range refs {
		if r.Kind == "PipelineRun" {
			return r.Name
		}
	}
	return fallback
}

func (b *box) mustUpdate(_ any, err error) {
	if err != nil {
		b.t.Fatal(err)
	}
}

// specOf is the TaskSpec a TaskRun runs: the stored one, the embedded one, or
// the referenced Task's.
func (b *box) specOf(tr *v1.TaskRun) *v1.TaskSpec {
	switch {
	case tr.Status.TaskSpec != nil:
		return tr.Status.TaskSpec
	case tr.Spec.TaskSpec != nil:
		return tr.Spec.TaskSpec
	case tr.Spec.TaskRef != nil && tr.Spec.TaskRef.Name != "":
		if t, err := b.c.Pipeline.TektonV1().Tasks(namespace).Get(b.ctx, tr.Spec.TaskRef.Name, metav1.GetOptions{}); err == nil {
			return &t.Spec
		}
	}
	return nil
}

func (b *box) behaviour(p *playing) behaviour {
	if x, ok := b.in.Scenario.Tasks[p.name]; ok {
		return x
	}
	return b.in.Scenario.Tasks[p.task]
}

// cancelRuns sets spec.status on the runs the user made.
func (b *box) cancelRuns() {
	for _, pr := range b.pipelineRuns() {
		if pr.IsDone() || len(pr.OwnerReferences) > 0 {
			continue
		}
		pr.Spec.Status = v1.PipelineRunSpecStatus(b.in.Scenario.Status)
		b.mustUpdate(b.c.Pipeline.TektonV1().PipelineRuns(namespace).Update(b.ctx, pr, metav1.UpdateOptions{}))
	}
	b.sync()
}

func (b *box) report(state string) {
	for _, pr := range b.pipelineRuns() {
		o := &runOut{Kind: "PipelineRun", Name: pr.Name, State: "done", Error: b.perm[pr.Name]}
		if len(pr.OwnerReferences) > 0 {
			o.Parent = ownerName(pr.OwnerReferences, "")
		}
		if !pr.IsDone() {
			o.State = state
		}
		if c := pr.Status.GetCondition(apis.ConditionSucceeded); c != nil {
			o.Status, o.Reason, o.Message = string(c.Status), c.Reason, c.Message
		}
		for _, s := range pr.Status.SkippedTasks {
			o.Skipped = append(o.Skipped, skipOut{s.Name, string(s.Reason)})
		}
		for _, r := range pr.Status.Results {
			o.Results = append(o.Results, nameValue{r.Name, r.Value})
		}
		o.Seconds = b.clock.Now().Sub(b.start).Seconds()
		for _, ref := range pr.Status.ChildReferences {
			o.Children = append(o.Children, b.child(ref))
		}
		b.out.Runs = append(b.out.Runs, o)
	}
	for _, tr := range b.taskRuns() {
		if len(tr.OwnerReferences) > 0 {
			continue
		}
		o := &runOut{Kind: "TaskRun", Name: tr.Name, State: "done"}
		if c := tr.Status.GetCondition(apis.ConditionSucceeded); c != nil {
			o.Status, o.Reason, o.Message = string(c.Status), c.Reason, c.Message
		}
		if !tr.IsDone() {
			o.State = state
		}
		for _, r := range tr.Status.Results {
			o.Results = append(o.Results, nameValue{r.Name, r.Value})
		}
		b.out.Runs = append(b.out.Runs, o)
	}
}

func (b *box) child(ref v1.ChildStatusReference) childOut {
	o := childOut{Kind: ref.Kind, Name: ref.Name, PipelineTask: ref.PipelineTaskName}
	var c *apis.Condition
	switch ref.Kind {
	case "TaskRun":
		if x, err := b.c.Pipeline.TektonV1().TaskRuns(namespace).Get(b.ctx, ref.Name, metav1.GetOptions{}); err == nil {
			c = x.Status.GetCondition(apis.ConditionSucceeded)
		}
	case "CustomRun":
		if x, err := b.c.Pipeline.TektonV1beta1().CustomRuns(namespace).Get(b.ctx, ref.Name, metav1.GetOptions{}); err == nil {
			c = x.Status.GetCondition(apis.ConditionSucceeded)
		}
	case "PipelineRun":
		if x, err := b.c.Pipeline.TektonV1().PipelineRuns(namespace).Get(b.ctx, ref.Name, metav1.GetOptions{}); err == nil {
			c = x.Status.GetCondition(apis.ConditionSucceeded)
		}
	}
	if c != nil {
		o.Status, o.Reason = string(c.Status), c.Reason
	}
	return o
}

// waiting says why nothing moves, when that is not the scheduler's fault.
func (b *box) waiting() string {
	for _, pr := range b.pipelineRuns() {
		if c := pr.Status.GetCondition(apis.ConditionSucceeded); c != nil && !pr.IsDone() {
			switch c.Reason {
			case v1.PipelineRunReasonResolvingPipelineRef.String(), v1.TaskRunReasonResolvingTaskRef:
				return "needs-remote"
			case v1.PipelineRunReasonPending.String():
				return "pending"
			}
		}
	}
	for _, tr := range b.taskRuns() {
		if c := tr.Status.GetCondition(apis.ConditionSucceeded); c != nil && !tr.IsDone() {
			switch c.Reason {
			case v1.TaskRunReasonResolvingTaskRef, v1.TaskRunReasonResolvingStepActionRef:
				return "needs-remote"
			}
		}
	}
	return ""
}
