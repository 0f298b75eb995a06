package replenish

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"planwright"
)

// functions are the exported functions of the package, those with a type
// parameter at the type Distribution. TestSweep looks that none is missing.
var functions = map[string]any{
	"ByAnalogy": ByAnalogy, "NewBinomial": NewBinomial, "FitBinomial": FitBinomial, "AllocateBudget": AllocateBudget, "NewStutteringPoisson": NewStutteringPoisson,
	"SESCumulativeSD": SESCumulativeSD, "AR1CumulativeSD": AR1CumulativeSD, "AR1MarginalSD": AR1MarginalSD, "EmpiricalCumulativeError": EmpiricalCumulativeError,
	"EstimationVariance": EstimationVariance, "FairShare": FairShare, "LowerLosses": LowerLosses, "SecondLosses": SecondLosses, "DecliningPoisson": DecliningPoisson,
	"ObsolescenceHolding": ObsolescenceHolding, "EOQ": EOQ, "EOQCost": EOQCost, "EOQBackorders": EOQBackorders, "EOQBackordersCost": EOQBackordersCost, "EPQ": EPQ, "EPQCost": EPQCost,
	"NewExponential": NewExponential, "NewGamma": NewGamma, "GammaLoss": GammaLoss, "GammaSecondLoss": GammaSecondLoss, "NewGeometric": NewGeometric, "GSM": GSM,
	"FitInteger": FitInteger, "RandomLeadTimeDemand": RandomLeadTimeDemand, "NewLognormal": NewLognormal, "ErlangB": ErlangB, "NewMixture": NewMixture,
	"RandomLeadTimeMixture": RandomLeadTimeMixture, "NewNegativeBinomial": NewNegativeBinomial, "NewNegativeBinomialRP": NewNegativeBinomialRP, "Newsvendor": Newsvendor,
	"NewsvendorCost": NewsvendorCost, "NormalPDF": NormalPDF, "NormalCDF": NormalCDF, "NormalSF": NormalSF, "NormalQuantile": NormalQuantile, "NormalUpperQuantile": NormalUpperQuantile,
	"StandardNormalLoss": StandardNormalLoss, "StandardNormalSecondLoss": StandardNormalSecondLoss, "NormalLoss": NormalLoss, "NormalSecondLoss": NormalSecondLoss,
	"StandardNormalLossInverse": StandardNormalLossInverse, "NewNormal": NewNormal, "FillOrder": FillOrder, "Over": Over, "PerishableBaseStock": PerishableBaseStock,
	"BestPerishableBase": BestPerishableBase, "EWAOrder": EWAOrder, "NewPoisson": NewPoisson, "EnteredQty": EnteredQty, "Compute": Compute, "NewQuantiles": NewQuantiles,
	"NewRenewal": NewRenewal, "Undershoot": Undershoot, "InverseLoss": InverseLoss, "LevelForCycleService": LevelForCycleService[Distribution], "LevelForFillRate": LevelForFillRate[Distribution],
	"LevelForPeriodicFillRate": LevelForPeriodicFillRate[Distribution], "NewSampler": NewSampler, "NewPeriodDemand": NewPeriodDemand, "NewHistoryDemand": NewHistoryDemand,
	"NewBootstrapDemand": NewBootstrapDemand, "NewCustomers": NewCustomers, "FillRate": FillRate[Distribution], "PeriodicFillRate": PeriodicFillRate[Distribution],
	"ExpectedBackorders": ExpectedBackorders[Distribution], "ReadyRate": ReadyRate[Distribution], "LostSalesFillRate": LostSalesFillRate[Distribution], "RuleSQ": RuleSQ, "RuleSS": RuleSS,
	"RuleBaseStock": RuleBaseStock, "Simulate": Simulate, "SSPowerApproximation": SSPowerApproximation, "LocalBaseStocks": LocalBaseStocks, "NewTable": NewTable, "NewEmpirical": NewEmpirical,
	"NewPMF": NewPMF, "TwoBinFor": TwoBinFor, "EqualBins": EqualBins, "NewUniform": NewUniform, "AdditiveYieldEOQ": AdditiveYieldEOQ, "AdditiveYieldEOQCost": AdditiveYieldEOQCost,
	"MultiplicativeYieldEOQ": MultiplicativeYieldEOQ, "MultiplicativeYieldEOQCost": MultiplicativeYieldEOQCost, "AdditiveYieldNewsvendor": AdditiveYieldNewsvendor,
	"AdditiveYieldNewsvendorCost": AdditiveYieldNewsvendorCost,
}

// methods have exported methods of their own; a pointer where they change.
var methods = []any{
	NewItem{}, BaseStock{}, Binomial{}, CanOrder{}, CompoundPoisson{}, Discounts{}, DisruptedEOQ{}, DisruptedNewsvendor{}, LastBuy{}, Exponential{}, FiniteHorizon{}, Gamma{}, Geometric{},
	&Network{}, JointReplenishment{}, Receipts{}, LeadTimes{}, Lognormal{}, LostSalesBaseStock{}, LostSalesRQ{}, LotSizing{}, LotPolicy{}, MinMax{}, &Mixture{}, NegativeBinomial{}, Sale{}, Myopic{}, Normal{},
	Orders{}, Lot{}, Paths{}, PerishableSimulation{}, Poisson{}, Note(0), &Quantiles{}, Rebalancing{}, &Renewal{}, RNQ{}, RQ{}, UnitShortage{}, &Sampler{}, &PeriodDemand{}, &Customers{}, Estimate{},
	&Simulator{}, SS{}, SerialSystem{}, Substitutes{}, &Table{}, &Tradeoff{}, TwoEchelon{}, Uniform{},
}

// sweep makes arguments: what a careful caller hands over, mixed with what
// nobody should.
type sweep struct {
	r      *rand.Rand
	nilLaw bool // a nil law is an error there
	small  bool // of small demand: what is exact by enumeration
}

func pick[T any](s *sweep, of ...T) T { return of[s.r.IntN(len(of))] }

func (s *sweep) float() float64 {
	if s.r.IntN(4) == 0 {
		return odd[s.r.IntN(len(odd))]
	}
	return pick(s, 0, 0.1, 0.5, 0.9, 0.95, 1, 2, 3, 7, 10, 40, 100)
}

func (s *sweep) law(integer bool) Distribution {
	t, _ := NewEmpirical([]float64{0, 0, 3, 8})
	m, _ := NewMixture([]float64{0.5, 0.5}, []Distribution{NewPoisson(2), NewPoisson(9)})
	laws := []Distribution{NewPoisson(0), NewPoisson(3), NewPoisson(40), NewNegativeBinomial(5, 50), NewNegativeBinomial(3, 300), NewBinomial(10, 0.3), NewGeometric(0.2, 1), t, m, NewPoisson(math.NaN())}
	if !integer {
		q, _ := NewQuantiles([]float64{0.1, 0.5, 0.9}, []float64{0, 4, 9})
		laws = append(laws, NewNormal(10, 3), NewNormal(10, 0), NewNormal(-5, 2), NewNormal(1, 10), NewGamma(5, 50), NewGamma(10, 0), NewLognormal(3, 30), NewUniform(0, 9), NewExponential(4), q,
			NewNormal(math.NaN(), math.Inf(1)), NewLognormal(1e300, 1e300))
	}
	if s.small {
		laws = []Distribution{NewPoisson(0), NewPoisson(0.5), NewPoisson(2), NewBinomial(4, 0.5)}
	}
	if s.nilLaw && s.r.IntN(20) == 0 {
		return nil
	}
	return laws[s.r.IntN(len(laws))]
}

var (
	lawType     = reflect.TypeFor[Distribution]()
	integerType = reflect.TypeFor[IntegerDistribution]()
	demandType  = reflect.TypeFor[DemandProcess]()
	errorType   = reflect.TypeFor[error]()
	contextType = reflect.TypeFor[context.Context]()
	diceType    = reflect.TypeFor[*rand.Rand]()
	qtyType     = reflect.TypeFor[planwright.Qty]()
)

// made are types that only their makers fill.
func (s *sweep) made(t reflect.Type) any {
	switch t {
	case reflect.TypeFor[*Table]():
		x, _ := NewEmpirical([]float64{0, 1, 1, 6})
		return x
	case reflect.TypeFor[*Mixture]():
		x, _ := NewMixture([]float64{1, 2}, []Distribution{NewNormal(3, 1), NewGamma(9, 8)})
		return x
	case reflect.TypeFor[*Quantiles]():
		x, _ := NewQuantiles([]float64{0.05, 0.5, 0.95}, []float64{0, 3, 30})
		return x
	case reflect.TypeFor[*Renewal]():
		x, _ := NewRenewal(NewPoisson(2))
		return x
	case reflect.TypeFor[*Sampler]():
		return NewSampler(s.law(false))
	case reflect.TypeFor[*PeriodDemand]():
		return NewPeriodDemand(s.law(false))
	case reflect.TypeFor[*Customers]():
		x, _ := NewCustomers(2, NewPoisson(3))
		return x
	case reflect.TypeFor[Normal]():
		return NewNormal(s.float(), s.float())
	case reflect.TypeFor[Gamma]():
		return NewGamma(s.float(), s.float())
	case reflect.TypeFor[Lognormal]():
		return NewLognormal(s.float(), s.float())
	case reflect.TypeFor[Uniform]():
		return NewUniform(s.float(), s.float())
	case reflect.TypeFor[Exponential]():
		return NewExponential(s.float())
	case reflect.TypeFor[Geometric]():
		return NewGeometric(s.float(), s.r.IntN(3))
	case reflect.TypeFor[Poisson]():
		return NewPoisson(s.float())
	case reflect.TypeFor[NegativeBinomial]():
		return NewNegativeBinomial(s.float(), s.float())
	case reflect.TypeFor[Binomial]():
		return NewBinomial(s.r.IntN(30)-2, s.float())
	case reflect.TypeFor[*Simulator]():
		return new(Simulator)
	}
	return nil
}

func (s *sweep) value(t reflect.Type, field string) reflect.Value {
	v := reflect.New(t).Elem()
	law := func(integer bool) {
		if d := s.law(integer); d != nil {
			v.Set(reflect.ValueOf(d))
		}
	}
	switch {
	case t == contextType:
		v.Set(reflect.ValueOf(context.Background()))
		return v
	case t == diceType:
		v.Set(reflect.ValueOf(rand.New(rand.NewPCG(1, s.r.Uint64()))))
		return v
	case t == lawType:
		law(false)
		return v
	case t == integerType:
		law(true)
		return v
	case t == demandType:
		v.Set(reflect.ValueOf(NewPeriodDemand(s.law(false))))
		return v
	case t == qtyType:
		v.SetInt(int64(pick(s, 0, planwright.One, 5*planwright.One, 100*planwright.One, -planwright.One, 1, planwright.MaxQty, planwright.NoQty)))
		return v
	}
	if x := s.made(t); x != nil {
		v.Set(reflect.ValueOf(x))
		return v
	}
	switch t.Kind() {
	case reflect.Float64:
		v.SetFloat(s.float())
		if field == "Periods" || field == "Warmup" { // of a simulation: its length
			v.SetFloat(pick(s, -1, 0, 10, 50, math.NaN(), math.Inf(1)))
		}
	case reflect.Bool:
		v.SetBool(s.r.IntN(2) == 0)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(s.r.IntN(4)))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(pick(s, -1, 0, 0, 1, 1, 2, 3, 4)))
		if field == "Work" {
			v.SetInt(100_000)
		}
	case reflect.Slice:
		n := s.r.IntN(4)
		for range n {
			v = reflect.Append(v, s.value(t.Elem(), field))
		}
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(s.value(t.Elem(), field))
		}
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(s.value(t.Elem(), field))
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && s.r.IntN(8) > 0 { // else left out
				v.Field(i).Set(s.value(f.Type, f.Name))
			}
		}
	case reflect.Func:
		if t.NumOut() == 1 && t.Out(0) == lawType {
			v.Set(reflect.ValueOf(func(n float64) Distribution { return NewNormal(3*n, n) }))
		}
	}
	return v
}

// nan finds a NaN in a result.
func nan(v reflect.Value, path string, deep int) string {
	if deep > 6 {
		return ""
	}
	switch v.Kind() {
	case reflect.Float64:
		if math.IsNaN(v.Float()) {
			return path
		}
	case reflect.Slice, reflect.Array:
		for i := range min(v.Len(), 1000) {
			if at := nan(v.Index(i), fmt.Sprintf("%s[%d]", path, i), deep+1); at != "" {
				return at
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				if at := nan(v.Field(i), path+"."+f.Name, deep+1); at != "" {
					return at
				}
			}
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || !v.CanInterface() {
			return ""
		}
		if d, ok := v.Interface().(Distribution); ok {
			mean, sd := d.Moments()
			if math.IsNaN(mean) || math.IsNaN(sd) {
				return path + ".Moments()"
			}
			return ""
		}
		return nan(v.Elem(), path, deep+1)
	}
	return ""
}

// call calls f with n different sets of arguments.
func (s *sweep) call(t *testing.T, name string, f reflect.Value, receiver reflect.Type, n int) {
	ft := f.Type()
	s.small = strings.Contains(name, "Perishable")
	s.nilLaw = ft.NumOut() > 0 && ft.Out(ft.NumOut()-1) == errorType
	for range n {
		var args []reflect.Value
		for i := range ft.NumIn() {
			args = append(args, s.value(ft.In(i), ""))
		}
		bad := func() (bad string) {
			defer func() {
				if p := recover(); p != nil {
					bad = fmt.Sprintf("panics: %v", p)
				}
			}()
			out := f.Call(args)
			if k := len(out) - 1; k >= 0 && out[k].Type() == errorType && !out[k].IsNil() {
				err := out[k].Interface().(error)
				if !errors.Is(err, ErrInput) && !errors.Is(err, ErrServiceTime) {
					return fmt.Sprintf("error %q wraps neither ErrInput nor ErrServiceTime", err)
				}
				return ""
			}
			if strings.HasPrefix(name, "Rule") {
				return "" // a rule holds what it is given; Simulate refuses it
			}
			for i, o := range out {
				if at := nan(o, fmt.Sprintf("result %d", i), 0); at != "" {
					return at + " is NaN"
				}
			}
			return ""
		}()
		if bad != "" {
			text := make([]string, len(args))
			for i, a := range args {
				text[i] = fmt.Sprintf("%+v", a)
			}
			t.Errorf("%s(%s): %s", name, strings.Join(text, ", "), bad)
			return
		}
	}
}

// TestSweep: every exported function and method, with whatever arguments:
// negative, zero, infinite and absent ones in every place. No result is NaN,
// no call panics, every error wraps ErrInput.
func TestSweep(t *testing.T) {
	times := 80
	if testing.Short() {
		times = 15
	}
	listed := map[string]bool{}
	for name, f := range functions {
		listed[name] = true
		t.Run(name, func(t *testing.T) {
			s := &sweep{r: rand.New(rand.NewPCG(1, uint64(len(name))))}
			s.call(t, name, reflect.ValueOf(f), nil, times)
		})
	}
	for _, m := range methods {
		rt := reflect.TypeOf(m)
		owner := strings.TrimPrefix(strings.TrimPrefix(rt.String(), "*"), "replenish.")
		for i := range rt.NumMethod() {
			name := owner + "." + rt.Method(i).Name
			listed[name] = true
			t.Run(name, func(t *testing.T) {
				s := &sweep{r: rand.New(rand.NewPCG(2, uint64(len(name))))}
				s.call(t, name, rt.Method(i).Func, rt, times)
			})
		}
	}
	for _, name := range exported(t) {
		if !listed[name] {
			t.Errorf("%s is not swept: list it", name)
		}
	}
}

// exported are the names of the package's exported functions and methods.
func exported(t *testing.T) (names []string) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				x := f.Recv.List[0].Type
				if star, ok := x.(*ast.StarExpr); ok {
					x = star.X
				}
				id, ok := x.(*ast.Ident)
				if !ok || !id.IsExported() {
					continue
				}
				name = id.Name + "." + name
			}
			names = append(names, name)
		}
	}
	return names
}
