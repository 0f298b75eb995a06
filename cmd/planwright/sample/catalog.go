package sample

const companyName = "锐锋电动工具 Ruifeng Power Tools"

// class is the place of an item in the bill of material.
type class uint8

const (
	finished class = iota
	spare
	assembly
	subassembly
	part
	raw
	nClasses
)

// classShare is each class's share of the items, in per cent. Half of the
// items are made, with some ten lines each: about five lines an item.
var classShare = [nClasses]int{22, 12, 15, 13, 29, 9}

var classPrefix = [nClasses]string{"FG-", "SP-", "AS-", "SA-", "PT-", "RM-"}

// Platforms are what makes motors, gearboxes and batteries fit a tool.
const (
	p12V uint8 = iota
	p20V
	p20BL
	p40V
	pAC600
	pAC1200
	nPlatforms
)

var platformName = [nPlatforms]string{"12V", "20V", "20V-BL", "40V", "220V-600W", "220V-1200W"}

// platformPower scales costs and weights to the platform.
var platformPower = [nPlatforms]float64{0.7, 1, 1.25, 1.7, 0.95, 1.5}

var (
	allPlatforms = []uint8{p12V, p20V, p20BL, p40V, pAC600, pAC1200}
	cordless     = []uint8{p12V, p20V, p20BL, p40V}
	cordlessTool = []uint8{p12V, p20V, p20BL}
	gardenTool   = []uint8{p40V, p20V}
	cordedTool   = []uint8{pAC600, pAC1200}
)

// Categories; the first nSeasons have a demand season of their own.
const (
	catDrill uint8 = iota
	catFasten
	catGrind
	catSaw
	catGarden
	catPower
	catSpare
	catAccessory
	catMotor
	catGear
	catHousing
	catElectric
	catMech
	catPack
	catRaw
	nCategories
	nSeasons = catMotor
)

var categoryName = [nCategories]string{
	"电钻 Drills", "紧固工具 Fastening", "打磨工具 Grinding and sanding", "锯 Saws", "园林工具 Garden",
	"电池充电器 Batteries and chargers", "维修备件 Spare parts", "附件 Accessories",
	"电机 Motors", "传动 Gearing", "壳体 Housings", "电控 Electronics", "机械件 Mechanical parts",
	"包材 Packaging", "原材料 Raw materials",
}

// Supplier groups.
const (
	gMetal uint8 = iota
	gBearing
	gElectronic
	gCell
	gFastener
	gResin
	gChemical
	gPackaging
	gAccessory
	gMachined
	nGroups
)

const (
	atShenzhen  int8 = 0
	atChongqing int8 = 1
	byPlatform  int8 = -1
)

// kind is a family of like items; its variants are the items.
type kind struct {
	class  class
	weight int // share within the class
	zh, en string
	cat    uint8
	plats  []uint8  // platforms of the variants in turn; nil: fits all
	specs  []string // what tells variants apart, where plats is nil
	uom    string
	// cost is what a stock unit costs when bought, or the labour and overhead
	// that making it adds, in CNY; variants spread from lo to hi.
	costLo, costHi float64
	leadLo, leadHi int
	shelf          int // days, 0 = keeps
	pack           string
	packOf         int // stock units in one pack
	group          uint8
	home           int8
	scrap          float64 // component scrap in per cent, as a component
	slots          []slot
	sold           bool // sold as it is besides being a component
}

// slot is a place in a bill of material that one variant of a kind fills.
type slot struct {
	kind   int
	lo, hi int // quantity in uom of the slot
	grams  bool
	only   []uint8 // platforms that have the slot; nil: all
	share  int     // per cent of parents that have it; 0 = 100
}

const nTools = 22

// Kinds after the tools, in the order of classes.
const (
	kSpareBrush = iota + nTools
	kSpareChuck
	kSpareSwitch
	kSpareArmature
	kSpareGear
	kSpareCord
	kSpareBearing
	kSpareHandle
	kDrillBits
	kGrindDisc
	kSawBlade
	kSandPaper

	kMotor
	kGearbox
	kHousing
	kBattery
	kCharger
	kController

	kArmature
	kStator
	kGearSet
	kCellModule
	kPCBA
	kShell

	kBearing
	kShaft
	kCommutator
	kBrush
	kMagnet
	kFan
	kEndCap
	kGear
	kClutch
	kSpindle
	kChuck
	kSwitch
	kCord
	kMosfet
	kMCU
	kCapacitor
	kPCB
	kCell
	kNickel
	kConnector
	kScrew
	kSpring
	kLED
	kCase
	kTransformer
	kCarton
	kManual
	kLabel
	kBag

	kWire
	kSteel
	kNylon
	kABS
	kRubber
	kGrease
	kVarnish
	kSolder
	kPaper
	kGlue
	kDye
	nKinds
)

var cordlessSlots = []slot{
	{kind: kMotor, lo: 1, hi: 1}, {kind: kGearbox, lo: 1, hi: 1}, {kind: kHousing, lo: 1, hi: 1},
	{kind: kController, lo: 1, hi: 1}, {kind: kBattery, lo: 1, hi: 2}, {kind: kCharger, lo: 1, hi: 1},
	{kind: kChuck, lo: 1, hi: 1, share: 70}, {kind: kScrew, lo: 6, hi: 14}, {kind: kScrew, lo: 2, hi: 6},
	{kind: kLED, lo: 1, hi: 1, share: 60}, {kind: kGrease, lo: 3, hi: 8, grams: true},
	{kind: kBag, lo: 1, hi: 1, share: 60}, {kind: kLabel, lo: 2, hi: 3}, {kind: kManual, lo: 1, hi: 1}, {kind: kCarton, lo: 1, hi: 1},
}

var cordedSlots = []slot{
	{kind: kMotor, lo: 1, hi: 1}, {kind: kGearbox, lo: 1, hi: 1}, {kind: kHousing, lo: 1, hi: 1},
	{kind: kController, lo: 1, hi: 1}, {kind: kCord, lo: 1, hi: 1}, {kind: kSwitch, lo: 1, hi: 1}, {kind: kBrush, lo: 2, hi: 2},
	{kind: kSpindle, lo: 1, hi: 1, share: 60}, {kind: kScrew, lo: 8, hi: 18}, {kind: kScrew, lo: 2, hi: 6},
	{kind: kBearing, lo: 1, hi: 2}, {kind: kGrease, lo: 8, hi: 20, grams: true},
	{kind: kBag, lo: 1, hi: 1, share: 30}, {kind: kLabel, lo: 2, hi: 3}, {kind: kManual, lo: 1, hi: 1}, {kind: kCarton, lo: 1, hi: 1},
}

var brushed = []uint8{p12V, p20V, pAC600, pAC1200}
var brushless = []uint8{p20BL, p40V}

// tool returns the kind of a finished tool; labour is its assembly cost.
func tool(zh, en string, cat uint8, plats []uint8, labour float64) kind {
	k := kind{class: finished, weight: 1, zh: zh, en: en, cat: cat, plats: plats, uom: "EA",
		costLo: labour, costHi: labour * 1.3, leadLo: 3, leadHi: 5, pack: "CTN", packOf: 4, home: atShenzhen, slots: cordlessSlots}
	if plats[0] == pAC600 {
		k.home, k.slots = atChongqing, cordedSlots
	}
	return k
}

var kinds = [nKinds]kind{
	0:  tool("手电钻", "Drill driver", catDrill, cordlessTool, 14),
	1:  tool("冲击钻", "Hammer drill", catDrill, cordlessTool, 16),
	2:  tool("电锤", "Rotary hammer", catDrill, cordedTool, 24),
	3:  tool("冲击起子", "Impact driver", catFasten, cordlessTool, 13),
	4:  tool("冲击扳手", "Impact wrench", catFasten, cordlessTool, 18),
	5:  tool("电动螺丝刀", "Screwdriver", catFasten, cordlessTool, 9),
	6:  tool("角磨机", "Angle grinder", catGrind, cordedTool, 13),
	7:  tool("充电角磨机", "Cordless angle grinder", catGrind, cordlessTool, 15),
	8:  tool("砂光机", "Random orbit sander", catGrind, cordedTool, 12),
	9:  tool("抛光机", "Polisher", catGrind, cordedTool, 15),
	10: tool("曲线锯", "Jigsaw", catSaw, cordlessTool, 16),
	11: tool("电圆锯", "Circular saw", catSaw, cordedTool, 19),
	12: tool("往复锯", "Reciprocating saw", catSaw, cordlessTool, 17),
	13: tool("多功能机", "Multi tool", catSaw, cordlessTool, 14),
	14: tool("电刨", "Planer", catSaw, cordedTool, 16),
	15: tool("修边机", "Trim router", catSaw, cordedTool, 15),
	16: tool("锂电链锯", "Chain saw", catGarden, gardenTool, 26),
	17: tool("绿篱机", "Hedge trimmer", catGarden, gardenTool, 22),
	18: tool("打草机", "Grass trimmer", catGarden, gardenTool, 20),
	19: tool("吹风机", "Leaf blower", catGarden, gardenTool, 15),
	20: tool("高压清洗机", "Pressure washer", catGarden, cordedTool, 32),
	21: tool("热风枪", "Heat gun", catGrind, cordedTool, 8),

	kSpareBrush:    {class: spare, weight: 3, zh: "碳刷组件", en: "Brush set", cat: catSpare, specs: []string{"CB-325", "CB-419", "CB-203"}, uom: "SET", costLo: 3, costHi: 8, leadLo: 15, leadHi: 25, group: gMachined},
	kSpareChuck:    {class: spare, weight: 3, zh: "夹头组件", en: "Chuck kit", cat: catSpare, specs: []string{"10 mm", "13 mm", "SDS-Plus"}, uom: "EA", costLo: 14, costHi: 38, leadLo: 25, leadHi: 40, group: gMachined},
	kSpareSwitch:   {class: spare, weight: 3, zh: "开关备件", en: "Switch kit", cat: catSpare, specs: []string{"DC 20V", "AC 6A", "AC 10A"}, uom: "EA", costLo: 8, costHi: 19, leadLo: 20, leadHi: 35, group: gElectronic},
	kSpareArmature: {class: spare, weight: 3, zh: "转子备件", en: "Armature kit", cat: catSpare, specs: []string{"600W", "900W", "1200W"}, uom: "EA", costLo: 28, costHi: 64, leadLo: 30, leadHi: 45, group: gMachined},
	kSpareGear:     {class: spare, weight: 3, zh: "齿轮备件", en: "Gear kit", cat: catSpare, specs: []string{"M0.8", "M1.0", "M1.25"}, uom: "SET", costLo: 12, costHi: 30, leadLo: 30, leadHi: 45, group: gMachined},
	kSpareCord:     {class: spare, weight: 2, zh: "电源线备件", en: "Power cord kit", cat: catSpare, specs: []string{"2x0.75 3 m", "2x1.0 4 m"}, uom: "EA", costLo: 7, costHi: 14, leadLo: 14, leadHi: 21, group: gElectronic},
	kSpareBearing:  {class: spare, weight: 3, zh: "轴承备件", en: "Bearing kit", cat: catSpare, specs: []string{"608/607", "6001/6000", "HK0810"}, uom: "SET", costLo: 5, costHi: 12, leadLo: 30, leadHi: 60, group: gBearing},
	kSpareHandle:   {class: spare, weight: 3, zh: "辅助手柄", en: "Side handle", cat: catSpare, specs: []string{"M8", "M10", "M14"}, uom: "EA", costLo: 4, costHi: 9, leadLo: 12, leadHi: 20, group: gResin},
	kDrillBits:     {class: spare, weight: 4, zh: "钻头套装", en: "Drill bit set", cat: catAccessory, specs: []string{"HSS 13 pcs", "SDS 5 pcs", "wood 8 pcs", "mixed 30 pcs"}, uom: "SET", costLo: 11, costHi: 46, leadLo: 20, leadHi: 30, pack: "CTN", packOf: 20, group: gAccessory},
	kGrindDisc:     {class: spare, weight: 4, zh: "切割片", en: "Cutting disc", cat: catAccessory, specs: []string{"100x1.2", "115x1.6", "125x1.0", "150x2.5"}, uom: "EA", costLo: 1.4, costHi: 4.5, leadLo: 15, leadHi: 25, pack: "BOX", packOf: 100, group: gAccessory},
	kSawBlade:      {class: spare, weight: 3, zh: "锯片", en: "Saw blade", cat: catAccessory, specs: []string{"165x24T", "185x40T", "recip 225"}, uom: "EA", costLo: 9, costHi: 32, leadLo: 20, leadHi: 35, pack: "BOX", packOf: 25, group: gAccessory},
	kSandPaper:     {class: spare, weight: 2, zh: "砂纸", en: "Sanding sheet", cat: catAccessory, specs: []string{"125 P80", "125 P120"}, uom: "EA", costLo: .35, costHi: .7, leadLo: 10, leadHi: 15, pack: "BOX", packOf: 500, group: gAccessory},

	kMotor: {class: assembly, weight: 11, zh: "电机总成", en: "Motor assembly", cat: catMotor, plats: allPlatforms, uom: "EA", costLo: 6, costHi: 10, leadLo: 2, leadHi: 4, home: atChongqing, slots: []slot{
		{kind: kArmature, lo: 1, hi: 1}, {kind: kStator, lo: 1, hi: 1}, {kind: kBearing, lo: 1, hi: 1}, {kind: kBearing, lo: 1, hi: 1},
		{kind: kBrush, lo: 2, hi: 2, only: brushed}, {kind: kMagnet, lo: 4, hi: 4, only: brushless}, {kind: kFan, lo: 1, hi: 1},
		{kind: kEndCap, lo: 2, hi: 2}, {kind: kScrew, lo: 4, hi: 6}, {kind: kSpring, lo: 2, hi: 2, only: brushed}, {kind: kVarnish, lo: 3, hi: 8, grams: true}, {kind: kLabel, lo: 1, hi: 1}}},
	kGearbox: {class: assembly, weight: 9, zh: "减速箱总成", en: "Gearbox assembly", cat: catGear, plats: allPlatforms, uom: "EA", costLo: 5, costHi: 9, leadLo: 2, leadHi: 4, home: atChongqing, slots: []slot{
		{kind: kGearSet, lo: 1, hi: 1}, {kind: kSpindle, lo: 1, hi: 1}, {kind: kClutch, lo: 1, hi: 1, share: 60}, {kind: kBearing, lo: 1, hi: 2}, {kind: kBearing, lo: 1, hi: 1},
		{kind: kEndCap, lo: 1, hi: 1}, {kind: kShaft, lo: 1, hi: 1}, {kind: kSpring, lo: 1, hi: 2}, {kind: kScrew, lo: 4, hi: 6}, {kind: kGrease, lo: 15, hi: 40, grams: true}}},
	kHousing: {class: assembly, weight: 9, zh: "机壳组件", en: "Housing set", cat: catHousing, plats: allPlatforms, uom: "SET", costLo: 3, costHi: 5, leadLo: 2, leadHi: 3, home: byPlatform, slots: []slot{
		{kind: kShell, lo: 1, hi: 1}, {kind: kShell, lo: 1, hi: 1, share: 60}, {kind: kScrew, lo: 6, hi: 10}, {kind: kRubber, lo: 25, hi: 60, grams: true}, {kind: kABS, lo: 15, hi: 40, grams: true},
		{kind: kSpring, lo: 1, hi: 2}, {kind: kLabel, lo: 1, hi: 2}, {kind: kGlue, lo: 1, hi: 3, grams: true}, {kind: kBag, lo: 1, hi: 1, share: 25}}},
	kBattery: {class: assembly, weight: 6, zh: "电池包", en: "Battery pack", cat: catPower, plats: cordless, uom: "EA", costLo: 6, costHi: 9, leadLo: 2, leadHi: 4, shelf: 540, pack: "CTN", packOf: 10, home: atShenzhen, sold: true, slots: []slot{
		{kind: kCellModule, lo: 1, hi: 1}, {kind: kPCBA, lo: 1, hi: 1}, {kind: kCase, lo: 1, hi: 1}, {kind: kConnector, lo: 1, hi: 1}, {kind: kScrew, lo: 4, hi: 6},
		{kind: kLabel, lo: 2, hi: 2}, {kind: kLED, lo: 4, hi: 4}, {kind: kGlue, lo: 2, hi: 4, grams: true}, {kind: kCarton, lo: 1, hi: 1}}},
	kCharger: {class: assembly, weight: 4, zh: "充电器", en: "Charger", cat: catPower, plats: cordless, uom: "EA", costLo: 4, costHi: 6, leadLo: 2, leadHi: 3, pack: "CTN", packOf: 20, home: atShenzhen, sold: true, slots: []slot{
		{kind: kPCBA, lo: 1, hi: 1}, {kind: kTransformer, lo: 1, hi: 1}, {kind: kCord, lo: 1, hi: 1}, {kind: kCase, lo: 1, hi: 1}, {kind: kConnector, lo: 1, hi: 1},
		{kind: kScrew, lo: 4, hi: 4}, {kind: kLabel, lo: 1, hi: 1}, {kind: kLED, lo: 2, hi: 2}, {kind: kCarton, lo: 1, hi: 1}}},
	kController: {class: assembly, weight: 6, zh: "控制组件", en: "Controller assembly", cat: catElectric, plats: allPlatforms, uom: "EA", costLo: 3, costHi: 5, leadLo: 2, leadHi: 3, home: atShenzhen, slots: []slot{
		{kind: kPCBA, lo: 1, hi: 1}, {kind: kSwitch, lo: 1, hi: 1}, {kind: kConnector, lo: 2, hi: 3}, {kind: kWire, lo: 12, hi: 30, grams: true}, {kind: kABS, lo: 8, hi: 15, grams: true},
		{kind: kScrew, lo: 2, hi: 4}, {kind: kGlue, lo: 1, hi: 2, grams: true}, {kind: kLabel, lo: 1, hi: 1}}},

	kArmature: {class: subassembly, weight: 8, zh: "转子", en: "Armature", cat: catMotor, plats: allPlatforms, uom: "EA", costLo: 3, costHi: 6, leadLo: 2, leadHi: 3, home: atChongqing, slots: []slot{
		{kind: kShaft, lo: 1, hi: 1}, {kind: kSteel, lo: 120, hi: 380, grams: true}, {kind: kWire, lo: 40, hi: 110, grams: true, only: brushed}, {kind: kCommutator, lo: 1, hi: 1, only: brushed},
		{kind: kMagnet, lo: 4, hi: 4, only: brushless}, {kind: kPaper, lo: 8, hi: 20, grams: true}, {kind: kVarnish, lo: 4, hi: 10, grams: true}, {kind: kFan, lo: 1, hi: 1}, {kind: kGlue, lo: 1, hi: 2, grams: true}}},
	kStator: {class: subassembly, weight: 7, zh: "定子", en: "Stator", cat: catMotor, plats: allPlatforms, uom: "EA", costLo: 3, costHi: 5, leadLo: 2, leadHi: 3, home: atChongqing, slots: []slot{
		{kind: kSteel, lo: 180, hi: 520, grams: true}, {kind: kWire, lo: 50, hi: 140, grams: true}, {kind: kPaper, lo: 8, hi: 25, grams: true}, {kind: kVarnish, lo: 5, hi: 12, grams: true},
		{kind: kConnector, lo: 2, hi: 3}, {kind: kNylon, lo: 10, hi: 25, grams: true}}},
	kGearSet: {class: subassembly, weight: 7, zh: "齿轮组", en: "Gear set", cat: catGear, plats: allPlatforms, uom: "SET", costLo: 2, costHi: 4, leadLo: 2, leadHi: 3, home: atChongqing, slots: []slot{
		{kind: kGear, lo: 1, hi: 1}, {kind: kGear, lo: 3, hi: 3}, {kind: kGear, lo: 1, hi: 2, share: 60}, {kind: kShaft, lo: 3, hi: 4}, {kind: kNylon, lo: 8, hi: 20, grams: true}, {kind: kGrease, lo: 4, hi: 10, grams: true}, {kind: kScrew, lo: 2, hi: 4}}},
	kCellModule: {class: subassembly, weight: 5, zh: "电芯模组", en: "Cell module", cat: catPower, plats: cordless, uom: "EA", costLo: 2, costHi: 4, leadLo: 2, leadHi: 3, shelf: 540, home: atShenzhen, slots: []slot{
		{kind: kCell, lo: 3, hi: 5}, {kind: kNickel, lo: 6, hi: 14}, {kind: kNickel, lo: 2, hi: 4, share: 50}, {kind: kPaper, lo: 4, hi: 8, grams: true}, {kind: kGlue, lo: 2, hi: 5, grams: true}, {kind: kConnector, lo: 1, hi: 2}, {kind: kNylon, lo: 15, hi: 30, grams: true}}},
	kPCBA: {class: subassembly, weight: 6, zh: "电路板组件", en: "PCBA", cat: catElectric, plats: allPlatforms, uom: "EA", costLo: 2, costHi: 4, leadLo: 3, leadHi: 4, home: atShenzhen, slots: []slot{
		{kind: kPCB, lo: 1, hi: 1}, {kind: kMCU, lo: 1, hi: 1}, {kind: kMosfet, lo: 2, hi: 6}, {kind: kCapacitor, lo: 4, hi: 10}, {kind: kCapacitor, lo: 1, hi: 3}, {kind: kConnector, lo: 1, hi: 2}, {kind: kLED, lo: 1, hi: 2}, {kind: kSolder, lo: 1, hi: 3, grams: true}}},
	kShell: {class: subassembly, weight: 6, zh: "注塑壳体", en: "Moulded shell", cat: catHousing, plats: allPlatforms, uom: "EA", costLo: 1, costHi: 2.5, leadLo: 2, leadHi: 3, home: byPlatform, slots: []slot{
		{kind: kNylon, lo: 90, hi: 280, grams: true}, {kind: kDye, lo: 2, hi: 6, grams: true}, {kind: kRubber, lo: 10, hi: 25, grams: true}, {kind: kScrew, lo: 4, hi: 6}, {kind: kBag, lo: 1, hi: 1, share: 50}}},

	kBearing:     {class: part, weight: 6, zh: "轴承", en: "Bearing", cat: catMech, specs: []string{"608ZZ", "607-2RS", "6000ZZ", "6001-2RS", "626ZZ", "HK0810"}, uom: "EA", costLo: 1.1, costHi: 4.2, leadLo: 30, leadHi: 60, pack: "BOX", packOf: 200, group: gBearing},
	kShaft:       {class: part, weight: 5, zh: "轴", en: "Shaft", cat: catMech, specs: []string{"8x95", "8x110", "10x120", "5x22", "6x28"}, uom: "EA", costLo: .8, costHi: 3.2, leadLo: 12, leadHi: 20, group: gMachined},
	kCommutator:  {class: part, weight: 3, zh: "换向器", en: "Commutator", cat: catMotor, specs: []string{"12 bars", "24 bars", "32 bars"}, uom: "EA", costLo: 1.9, costHi: 4.4, leadLo: 20, leadHi: 30, group: gElectronic},
	kBrush:       {class: part, weight: 3, zh: "碳刷", en: "Carbon brush", cat: catMotor, specs: []string{"5x8x12", "6x9x14", "6.5x13x16"}, uom: "EA", costLo: .5, costHi: 1.3, leadLo: 15, leadHi: 22, pack: "BOX", packOf: 500, group: gMachined},
	kMagnet:      {class: part, weight: 3, zh: "磁钢", en: "Magnet", cat: catMotor, specs: []string{"N42SH arc", "N45SH arc", "N38UH"}, uom: "EA", costLo: 1.4, costHi: 3.6, leadLo: 25, leadHi: 40, group: gMetal},
	kFan:         {class: part, weight: 2, zh: "风叶", en: "Fan", cat: catMech, specs: []string{"D42", "D54"}, uom: "EA", costLo: .3, costHi: .7, leadLo: 8, leadHi: 12, group: gResin},
	kEndCap:      {class: part, weight: 4, zh: "端盖", en: "End cap", cat: catMech, specs: []string{"ADC12 D44", "ADC12 D52", "ADC12 D60", "PA6 D44"}, uom: "EA", costLo: 1.2, costHi: 3.8, leadLo: 14, leadHi: 22, group: gMetal},
	kGear:        {class: part, weight: 6, zh: "粉末齿轮", en: "Sintered gear", cat: catGear, specs: []string{"M0.8 Z17", "M0.8 Z21", "M0.8 Z48", "M1 Z15", "M1 Z42", "M1.25 Z38"}, uom: "EA", costLo: .9, costHi: 3.5, leadLo: 18, leadHi: 28, group: gMachined},
	kClutch:      {class: part, weight: 2, zh: "离合器", en: "Clutch", cat: catGear, specs: []string{"20+1", "safety 25 Nm"}, uom: "EA", costLo: 3.5, costHi: 6.5, leadLo: 20, leadHi: 30, group: gMachined},
	kSpindle:     {class: part, weight: 4, zh: "输出轴", en: "Spindle", cat: catGear, specs: []string{"1/2-20 UNF", "M14", "hex 6.35", "SDS"}, uom: "EA", costLo: 2.4, costHi: 6.2, leadLo: 16, leadHi: 25, group: gMachined},
	kChuck:       {class: part, weight: 3, zh: "自锁夹头", en: "Keyless chuck", cat: catMech, specs: []string{"10 mm", "13 mm", "13 mm metal"}, uom: "EA", costLo: 9, costHi: 22, leadLo: 25, leadHi: 40, group: gMachined},
	kSwitch:      {class: part, weight: 3, zh: "调速开关", en: "Trigger switch", cat: catElectric, specs: []string{"DC 16A", "DC 25A", "AC 10A"}, uom: "EA", costLo: 4.5, costHi: 11, leadLo: 25, leadHi: 35, group: gElectronic},
	kCord:        {class: part, weight: 3, zh: "电源线", en: "Power cord", cat: catElectric, specs: []string{"2x0.75 2 m", "2x1.0 3 m", "2x0.5 1.5 m"}, uom: "EA", costLo: 3.2, costHi: 7.5, leadLo: 10, leadHi: 16, group: gElectronic},
	kMosfet:      {class: part, weight: 2, zh: "MOS管", en: "MOSFET", cat: catElectric, specs: []string{"40V 100A", "60V 80A"}, uom: "EA", costLo: .9, costHi: 2.1, leadLo: 60, leadHi: 90, pack: "REEL", packOf: 2500, group: gElectronic},
	kMCU:         {class: part, weight: 2, zh: "单片机", en: "Microcontroller", cat: catElectric, specs: []string{"M0 32K", "M0+ 64K"}, uom: "EA", costLo: 2.2, costHi: 5.1, leadLo: 84, leadHi: 112, pack: "TRAY", packOf: 490, group: gElectronic},
	kCapacitor:   {class: part, weight: 3, zh: "电容", en: "Capacitor", cat: catElectric, specs: []string{"100nF 0603", "10uF 0805", "220uF 35V"}, uom: "EA", costLo: .02, costHi: .4, leadLo: 30, leadHi: 45, pack: "REEL", packOf: 4000, group: gElectronic},
	kPCB:         {class: part, weight: 3, zh: "线路板", en: "Bare PCB", cat: catElectric, specs: []string{"2L 42x30", "2L 60x35", "4L 48x48"}, uom: "EA", costLo: 1.1, costHi: 3.9, leadLo: 12, leadHi: 18, group: gElectronic},
	kCell:        {class: part, weight: 3, zh: "锂电芯", en: "Li-ion cell", cat: catPower, specs: []string{"18650 2.0Ah", "18650 2.5Ah", "21700 4.0Ah"}, uom: "EA", costLo: 5.6, costHi: 11.5, leadLo: 28, leadHi: 40, shelf: 365, pack: "BOX", packOf: 100, group: gCell},
	kNickel:      {class: part, weight: 2, zh: "镍片", en: "Nickel strip", cat: catPower, specs: []string{"0.15x8", "0.2x10"}, uom: "EA", costLo: .06, costHi: .14, leadLo: 10, leadHi: 15, pack: "BOX", packOf: 5000, group: gCell},
	kConnector:   {class: part, weight: 3, zh: "端子", en: "Connector", cat: catElectric, specs: []string{"6.3 mm tab", "XH 3P", "battery 4P"}, uom: "EA", costLo: .12, costHi: .9, leadLo: 15, leadHi: 25, pack: "BOX", packOf: 1000, group: gElectronic},
	kScrew:       {class: part, weight: 6, zh: "螺钉", en: "Screw", cat: catMech, specs: []string{"ST2.9x13", "ST3.9x16", "M4x12", "M5x16", "ST3.9x25", "M4 insert"}, uom: "EA", costLo: .02, costHi: .08, leadLo: 7, leadHi: 12, pack: "BOX", packOf: 1000, group: gFastener, scrap: 1},
	kSpring:      {class: part, weight: 2, zh: "弹簧", en: "Spring", cat: catMech, specs: []string{"0.4x4x12", "0.6x6x18"}, uom: "EA", costLo: .05, costHi: .15, leadLo: 8, leadHi: 12, pack: "BOX", packOf: 1000, group: gFastener},
	kLED:         {class: part, weight: 2, zh: "LED灯", en: "LED", cat: catElectric, specs: []string{"white 5 mm", "0603 red"}, uom: "EA", costLo: .05, costHi: .2, leadLo: 20, leadHi: 30, pack: "REEL", packOf: 2000, group: gElectronic},
	kCase:        {class: part, weight: 3, zh: "电池壳", en: "Battery case", cat: catPower, specs: []string{"5S1P", "3S1P", "5S2P"}, uom: "SET", costLo: 3.2, costHi: 6.8, leadLo: 12, leadHi: 18, group: gResin},
	kTransformer: {class: part, weight: 2, zh: "变压器", en: "Transformer", cat: catElectric, specs: []string{"EE25", "EE30"}, uom: "EA", costLo: 3.8, costHi: 6.4, leadLo: 18, leadHi: 25, group: gElectronic},
	kCarton:      {class: part, weight: 3, zh: "彩箱", en: "Carton", cat: catPack, specs: []string{"320x270x110", "280x240x95", "150x110x80"}, uom: "EA", costLo: 1.1, costHi: 3.1, leadLo: 5, leadHi: 8, group: gPackaging},
	kManual:      {class: part, weight: 2, zh: "说明书", en: "Manual", cat: catPack, specs: []string{"A5 zh-en", "A5 8 languages"}, uom: "EA", costLo: .3, costHi: .9, leadLo: 5, leadHi: 8, group: gPackaging},
	kLabel:       {class: part, weight: 3, zh: "铭牌", en: "Rating label", cat: catPack, specs: []string{"45x20", "60x30", "warning"}, uom: "EA", costLo: .04, costHi: .15, leadLo: 4, leadHi: 7, pack: "ROLL", packOf: 2000, group: gPackaging, scrap: 2},
	kBag:         {class: part, weight: 3, zh: "工具箱袋", en: "Tool case", cat: catPack, specs: []string{"BMC 34", "nylon bag", "PE bag"}, uom: "EA", costLo: 1.5, costHi: 11, leadLo: 12, leadHi: 18, group: gPackaging},

	kWire:    {class: raw, weight: 4, zh: "漆包线", en: "Magnet wire", cat: catRaw, specs: []string{"0.35", "0.45", "0.60", "0.80"}, uom: "KG", costLo: 74, costHi: 86, leadLo: 10, leadHi: 15, pack: "ROLL", packOf: 25, group: gMetal, scrap: 1.5},
	kSteel:   {class: raw, weight: 3, zh: "硅钢带", en: "Silicon steel strip", cat: catRaw, specs: []string{"50W600", "50W470", "35W300"}, uom: "KG", costLo: 6.2, costHi: 9.6, leadLo: 20, leadHi: 30, pack: "COIL", packOf: 500, group: gMetal, scrap: 8},
	kNylon:   {class: raw, weight: 4, zh: "尼龙粒料", en: "PA6-GF30 resin", cat: catRaw, specs: []string{"black", "grey", "green", "natural"}, uom: "KG", costLo: 17, costHi: 21, leadLo: 12, leadHi: 18, pack: "BAG", packOf: 25, group: gResin, scrap: 3},
	kABS:     {class: raw, weight: 2, zh: "ABS粒料", en: "ABS resin", cat: catRaw, specs: []string{"black", "natural"}, uom: "KG", costLo: 11, costHi: 13, leadLo: 10, leadHi: 15, pack: "BAG", packOf: 25, group: gResin, scrap: 3},
	kRubber:  {class: raw, weight: 2, zh: "TPE弹性体", en: "TPE", cat: catRaw, specs: []string{"60A black", "70A green"}, uom: "KG", costLo: 19, costHi: 24, leadLo: 15, leadHi: 20, pack: "BAG", packOf: 25, group: gResin, scrap: 3},
	kGrease:  {class: raw, weight: 2, zh: "润滑脂", en: "Grease", cat: catRaw, specs: []string{"EP-2", "lithium 00"}, uom: "KG", costLo: 32, costHi: 55, leadLo: 10, leadHi: 15, shelf: 730, pack: "PAIL", packOf: 15, group: gChemical, scrap: 2},
	kVarnish: {class: raw, weight: 1, zh: "绝缘漆", en: "Varnish", cat: catRaw, specs: []string{"class F"}, uom: "KG", costLo: 38, costHi: 44, leadLo: 10, leadHi: 15, shelf: 180, pack: "PAIL", packOf: 20, group: gChemical, scrap: 5},
	kSolder:  {class: raw, weight: 2, zh: "锡膏", en: "Solder paste", cat: catRaw, specs: []string{"SAC305 T4", "SnBi"}, uom: "KG", costLo: 310, costHi: 360, leadLo: 7, leadHi: 10, shelf: 180, group: gChemical, scrap: 4},
	kPaper:   {class: raw, weight: 2, zh: "绝缘纸", en: "Insulation paper", cat: catRaw, specs: []string{"NMN 0.18", "fish paper 0.3"}, uom: "KG", costLo: 48, costHi: 92, leadLo: 15, leadHi: 25, pack: "ROLL", packOf: 20, group: gElectronic, scrap: 3},
	kGlue:    {class: raw, weight: 2, zh: "胶水", en: "Adhesive", cat: catRaw, specs: []string{"silicone 704", "anaerobic 638"}, uom: "KG", costLo: 60, costHi: 240, leadLo: 7, leadHi: 12, shelf: 365, group: gChemical, scrap: 5},
	kDye:     {class: raw, weight: 2, zh: "色母粒", en: "Masterbatch", cat: catRaw, specs: []string{"black", "signal green"}, uom: "KG", costLo: 22, costHi: 40, leadLo: 10, leadHi: 15, pack: "BAG", packOf: 25, group: gResin, scrap: 2},
}
