package scenario

import (
	"slices"
	"strings"

	"planwright"
)

// chosen is a selection.
type chosen struct {
	skus      []planwright.SKU
	suppliers []int32 // named; nil: none is
	items     []int32 // of the sku's, ascending
}

// supplied says whether a supplier is one of those named, or none is.
func (c *chosen) supplied(supplier int32) bool {
	return c.suppliers == nil || slices.Contains(c.suppliers, supplier)
}

// choose finds the sku's of a change. A name that is not there, and a selection
// that chooses nothing, are errors: a scenario that does nothing is a mistake.
func (a *applier) choose(c *Change) (*chosen, error) {
	s := a.s
	out := &chosen{}
	var item, site []bool
	mark := func(dst *[]bool, n int) []bool {
		if *dst == nil {
			*dst = make([]bool, n)
		}
		return *dst
	}
	var class []string
	for _, t := range c.Where {
		ids, known := a.names(t.Field)
		for _, v := range t.Values {
			found := false
			switch t.Field {
			case ByItem, BySite, BySupplier:
				i, ok := slices.BinarySearch(ids, v)
				if found = ok; !ok {
					break
				}
				switch t.Field {
				case ByItem:
					mark(&item, len(ids))[i] = true
				case BySite:
					mark(&site, len(ids))[i] = true
				default:
					out.suppliers = append(out.suppliers, int32(i))
				}
			case ByClass:
				v = strings.ToUpper(v)
				class = append(class, v)
				found = slices.ContainsFunc(a.classes(), func(k string) bool { return k == v })
			default:
				found = slices.Contains(known(), v)
			}
			if !found {
				return nil, a.missing(c, t.Field, v)
			}
		}
		if t.Field == ByCategory || t.Field == ByPlanner {
			column := s.Items.Category
			if t.Field == ByPlanner {
				column = s.Items.Planner
			}
			yes := map[string]bool{}
			for _, v := range t.Values {
				yes[v] = true
			}
			before := item
			item = make([]bool, s.Items.Len())
			for i := range item {
				item[i] = yes[column[i]] && (before == nil || before[i])
			}
		}
	}
	n := planwright.SKU(s.Len())
	for k := range n {
		i := s.SKUs.Item[k]
		if item != nil && !item[i] || site != nil && !site[s.SKUs.Site[k]] || class != nil && !a.ofClass(k, class) {
			continue
		}
		if out.suppliers != nil && !a.suppliedBy(k, out.suppliers) {
			continue
		}
		out.skus = append(out.skus, k)
		if len(out.items) == 0 || out.items[len(out.items)-1] != i {
			out.items = append(out.items, i)
		}
	}
	if len(out.skus) == 0 {
		return nil, &Problem{Code: planwright.CodeNotFound, At: c.At, Line: c.Line, Key: "whatif.nothing", Pairs: []string{"change", c.String()}}
	}
	return out, nil
}

// names are the codes of a field in their order, or a list of its values.
func (a *applier) names(f Field) (ids []string, known func() []string) {
	s := a.s
	switch f {
	case ByItem:
		return s.Items.ID, nil
	case BySite:
		return s.Sites.ID, nil
	case BySupplier:
		return s.Suppliers.ID, nil
	case ByCategory:
		return nil, func() []string { return s.Items.Category }
	case ByPlanner:
		return nil, func() []string { return s.Items.Planner }
	}
	return nil, a.classes
}

// classes are the classes that sku's have, of both systems.
func (a *applier) classes() []string {
	if a.known == nil {
		seen := map[string]bool{}
		for k := range a.base.ABC {
			abc, xyz := a.base.ABC[k], a.base.XYZ[k]
			for _, c := range []string{abc, xyz, abc + xyz} {
				if c != "" {
					seen[strings.ToUpper(c)] = true
				}
			}
		}
		a.known = make([]string, 0, len(seen))
		for c := range seen {
			a.known = append(a.known, c)
		}
		slices.Sort(a.known)
	}
	return a.known
}

func (a *applier) ofClass(k planwright.SKU, class []string) bool {
	if int(k) >= len(a.base.ABC) {
		return false
	}
	abc, xyz := a.base.ABC[k], a.base.XYZ[k]
	for _, c := range class {
		if strings.EqualFold(c, abc) || strings.EqualFold(c, xyz) || strings.EqualFold(c, abc+xyz) {
			return true
		}
	}
	return false
}

func (a *applier) suppliedBy(k planwright.SKU, suppliers []int32) bool {
	s := a.s
	for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
		if slices.Contains(suppliers, s.Sources.Supplier[r]) {
			return true
		}
	}
	for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
		if slices.Contains(suppliers, s.Supply.Supplier[r]) {
			return true
		}
	}
	return false
}

// mostKnown is the number of names that an error lists.
const mostKnown = 6

// missing says that there is no such name, and what there is.
func (a *applier) missing(c *Change, f Field, v string) error {
	ids, known := a.names(f)
	if ids == nil {
		ids = slices.Clone(known())
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	// Those of the same letters, else those that begin so, else the first.
	lower := strings.ToLower(v)
	var like []string
	for _, is := range []func(id string) bool{
		func(id string) bool { return strings.EqualFold(id, v) },
		func(id string) bool { return strings.HasPrefix(strings.ToLower(id), lower) },
		func(string) bool { return true },
	} {
		for _, id := range ids {
			if id != "" && len(like) < mostKnown && is(id) {
				like = append(like, id)
			}
		}
		if len(like) > 0 {
			break
		}
	}
	for i, id := range like { // as they are written in a scenario
		like[i] = quote(id)
	}
	return &Problem{Code: planwright.CodeNotFound, At: c.At, Line: c.Line, Key: "whatif.missing." + fieldNames[f], Pairs: []string{"name", v, "known", strings.Join(like, ", ")}}
}
