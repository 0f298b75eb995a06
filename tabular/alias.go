package tabular

import (
	"strings"
	"unicode"
)

// Meaning is what a title says its column holds, in the field's words.
type Meaning string

// aliases are the titles under which exports of ERP systems, shops and people
// carry a column: English, Chinese (both scripts), Japanese, German, French,
// Spanish; Kingdee (F...), Yonyou (c..., i..., d...), SAP, Odoo, frePPLe. The
// first title of each line is the data set's own name.
var aliases = map[Meaning]string{
	"item": "item_id|item|item code|item no|item no.|item number|itemno|item id|itemid|itemcode|sku|sku code|sku id|skuid|sku编码|sku号|sku编号|article|article no|article number|article code|product|product id|productid|product code|product no|product number|product card id|part|part no|part number|part id|partno|part_no|material|material number|material code|material no|material id|matnr|default_code|internal reference|stock code|stockcode|stockitemid|unique_id|series_id|fmaterialid.fnumber|fmaterialid|fitemid|fitemnumber|cinvcode|cinvcode存货编码|fnumber|fitemid.fnumber|prd_no|prdno|物料编码|物料代码|物料号|物料编号|物料|料号|料件编号|料件号|品号|存货编码|存货代码|存货编号|货品编码|货品编号|货品代码|货号|商品编码|商品编号|商品代码|商品货号|产品编码|产品编号|产品代码|产品号|产品|零件号|零件编码|零件编号|图号|条码|商品条码|宝贝编码|商家编码|规格编码|编码|代码|编号|品目编码|品番|品目コード|商品コード|品目番号|部品番号|製品コード|artikelnummer|artikelnr|artikel-nr|artikel-nr.|artikel nr|artikel|materialnummer|teilenummer|référence|reference article|code article|réf|article code|artículo|codigo|código|código de artículo|referencia|codice|codice articolo|product_code|product_id|product_no|material_code|material_no|part_number|lineitem sku|line item sku|variant sku|seller sku|seller-sku|merchant sku|product sku|sku_id|商家sku|外部编码|商家货号|货品id|商品id|宝贝id|单品编码|sku 编码|物料长代码|存货货号|商品|货品",

	"item_name":     "name|item name|item_name|itemname|product name|productname|product_name|description|item description|product description|material description|material name|desc|maktx|stockitemname|cinvname|fmaterialname|fitemname|fname|fmaterialid.fname|物料名称|物料描述|存货名称|品名|商品名称|货品名称|产品名称|零件名称|名称|物料说明|商品标题|宝贝标题|品目名|品目名称|商品名|製品名|部品名|bezeichnung|artikelbezeichnung|materialkurztext|désignation|libellé|descripción|descrizione|lineitem name|line item name",
	"spec":          "x_spec|spec|specification|规格型号|规格|型号|品名规格|fmateriamodel|fspecification|cinvstd|fmodel|规格尺寸|size|型式|規格|型番|仕様|颜色及规格|颜色规格|规格属性",
	"category":      "category|category name|product category|item category|categoryname|category_name|group|item group|material group|matkl|product group|product line|family|类别|物料类别|存货分类|存货大类|商品分类|物料分组|物料组|产品类别|分类|大类|品类|类目|カテゴリ|分類|warengruppe|famille|categoría|itemgroup|ccincode|fitemclassid",
	"category_id":   "categoryid|category id|category_id",
	"uom":           "uom|unit|units|unit of measure|unit of measurement|base unit|base unit of measure|base uom|stock unit|meins|unit_id|uom_id|product_uom|fbaseunitid|funitid|funitid.fname|fbaseunitid.fname|ccomunitname|unitpackageid|单位|基本单位|主计量|主计量单位|计量单位|库存单位|基本计量单位|子项单位|子件单位|用量单位|组件单位|bme|basis-me|数量单位|单位名称|使用单位|发料单位|采购单位|销售单位|単位|einheit|mengeneinheit|basismengeneinheit|me|unité|unidad|purchase unit|order unit|bestelleinheit|bun|un|comp. unit|component unit|uom code|eun|oun",
	"cost":          "unit_cost|cost|unit cost|standard cost|std cost|standard price|cost price|average cost|moving price|stprs|verpr|standard_price|purchase price|成本|单位成本|标准成本|成本单价|参考成本|计划单价|标准单价|最新成本|平均成本|采购单价|进价|成本价|原価|単価原価|標準原価|kosten|bewertungspreis|gleitender durchschnittspreis|einstandspreis|standardpreis|coût|prix d'achat|costo|fstdcost|frefcost",
	"price":         "unit_price|price|unit price|unitprice|list price|sales price|selling price|sale price|list_price|price_unit|netpr|retail price|recommendedretailprice|product price|order item product price|netprice|net price|单价|售价|销售单价|销售价|零售价|含税单价|不含税单价|标价|价格|参考售价|报价|fprice|ftaxprice|iunitprice|itaxunitprice|単価|販売単価|売価|preis|einzelpreis|verkaufspreis|stückpreis|prix|prix unitaire|precio|precio unitario|prezzo",
	"qty":           "qty|quantity|order qty|orderqty|order quantity|ordered qty|quantity ordered|qty ordered|ordered quantity|demand|demand qty|units|pieces|pcs|volume|sales qty|sales quantity|sold qty|qty sold|quantity sold|shipped qty|order item quantity|units sold|unit sales|product_uom_qty|product_qty|menge13|kwmeng|fqty|fbaseqty|frealqty|fmustqty|iquantity|inum|fauxqty|数量|主数量|数量主单位|数量基本单位|基本数量|出库数量|入库数量|实发数量|实收数量|实到数量|应发数量|应收数量|交货数量|订单数量|订货数量|采购数量|销售数量|发货数量|销量|需求数量|计划数量|生产数量|申请数量|收发数量|件数|个数|发生数量|数量件|調達数|注文数|受注数|発注数|出荷数|販売数|需要数|menge|anzahl|stück|stückzahl|bestellmenge|auftragsmenge|quantité|qté|cantidad|quantità|y|value|sales|quantity_sold|gsmng|请购数量|计划订单数量|建议数量|建议订货量|建议采购量|lineitem quantity|line item quantity|quantity purchased|quantity-purchased|购买数量|宝贝数量|商品数量|下单数量|成交件数|支付件数|销售件数|出货数量|交易数量",
	"amount":        "amount|total|line total|line_total|total amount|sales amount|revenue|turnover|net value|netwr|金额|总金额|销售额|价税合计|含税金额|小计金额|销售金额|amount due|falamount|famount|金額|betrag|umsatz|montant|importe|sales value",
	"date":          "on|date|order date|orderdate|order_date|invoice date|invoicedate|invoice_date|posting date|post date|document date|doc date|transaction date|transaction_date|trans date|sale date|sales date|ship date|shipping date|shippeddate|shipped date|order date dateorders|movement date|created|created at|created on|date_order|date_done|budat|erdat|bldat|ds|timestamp|datetime|fdate|ddate|日期|单据日期|业务日期|制单时间|制单日期|出库日期|入库日期|申请日期|订单日期|下单日期|下单时间|付款时间|销售日期|发货日期|过账日期|凭证日期|记账日期|采购日期|开单日期|创建时间|创建日期|发生日期|交易日期|日付|受注日|発注日|売上日|出荷日|伝票日付|datum|buchungsdatum|belegdatum|bestelldatum|auftragsdatum|rechnungsdatum|date de commande|fecha|fecha de pedido|data|日期时间|fecha pedido|订单创建时间|订单付款时间|支付时间|订单支付时间|成交时间|拍下时间|发货时间|交易时间|出库时间|paid at|purchase-date|payments-date|order created at|pstng date|pstg date",
	"period":        "period|month|year month|yearmonth|week|year_month|year-month|month_id|calendar month|月份|期间|会计期间|年月|周次|月|periode|monat|mois|mes|対象月|年度期间",
	"due":           "due_on|due|due date|duedate|due_date|delivery date|deliverydate|required date|requireddate|required_date|requested date|request date|need date|need by date|need by|promise date|promised date|scheduled date|expected arrival|expected date|eta|eindt|edatu|lfdat|bedat2|date_planned|commitment_date|date_deadline|schedule date|planned date|finish date|end date|enddate|end_date|due time|fdeliverydate|fplanfinishdate|farrivaldate|darrivedate|dpredate|dpremodate|交货日期|交期|要货日期|要求交期|需求日期|计划到货日期|预计到货日期|预计到货|到货日期|计划完工日期|计划完成日期|完工日期|计划交货日期|承诺交期|预计交货日期|要求到货日期|预交日期|交货期|計画完了日|納期|納入日|希望納期|入荷予定日|liefertermin|lieferdatum|wunschtermin|fälligkeitsdatum|fälligkeit|date de livraison|date livraison|échéance|fecha de entrega|fecha entrega|data di consegna|pedtr|basic finish date|建议到货日期|建议到货日|建议交货日期",
	"ordered_on":    "ordered_on|ordered|ordered on|purchase date|po date|start date|startdate|start_date|开工日期|计划开工日期|fplanstartdate|下达日期|采购订单日期|psttr|建议下单日期|建议采购日期|建议订货日期|计划下单日期",
	"order":         "order_id|order|order reference|order no|order no.|order number|orderid|order id|orderno|sales order|so number|so no|po number|po no|po|po_id|wo_id|po id|wo id|purchase order|purchasing document|ebeln|vbeln|aufnr|work order|work order no|workorderid|wo number|mo number|manufacturing order|production order|document number|doc no|document no|invoice|invoiceno|invoice no|invoice number|invoice_no|voucher no|bill no|reference|origin|fbillno|ccode|csocode|cpoid|mocode|单据编号|单据号|订单编号|订单号|单号|采购订单号|采购单号|销售订单号|销售单号|生产订单号|工单号|工单编号|任务单号|生产任务单号|调拨单号|出库单号|入库单号|交易号|受注番号|発注番号|注文番号|伝票番号|指図番号|bestellnummer|auftragsnummer|auftrag|belegnummer|rechnungsnummer|bestellung|numéro de commande|n° commande|commande|pedido|número de pedido|order_no|order_number|origin document|purchase document|requisition|requisition no|purchase requisition|banfn|planned order|plnum|申请单号|申请单编号|采购申请单号|请购单号|请购单编号|计划订单号|计划订单编号|purch.doc.|purch. doc.|mat. doc.|material document|mblnr|document no.|生产订单编号|采购订单编号|销售订单编号|委外订单编号|委外订单号|生产任务单编号|生产单号|采购合同号|销售合同号|合同号|合同编号",
	"line":          "line|line no|line number|line_id|lineno|item line|row no|entry|position|pos|pos.|posnr|ebelp|line_number|行号|分录号|序号行|项次|明细行号|entryid|fentryid|fseq|irowno|zeile|ligne",
	"site":          "site_id|site|site code|warehouse|warehouse code|warehouse id|wh|whse|location|location id|location code|location_id|plant|werks|lgort|storage location|stor. loc.|store|store id|branch|depot|stockroom|factory|fstockid|fstockid.fnumber|cwhcode|cwhname|fdcstockid|仓库|仓库名称|仓库编码|仓库代码|仓库编号|库存地点|库存组织|工厂|库位|仓位仓库|收货仓库|发货仓库|仓别|门店|库房|地点|发货仓|收料仓库|发料仓库|库存地|所属仓库|倉庫|倉庫コード|保管場所|拠点|工場|lager|lagerort|werk|standort|entrepôt|magasin|dépôt|almacén|magazzino|location_name|warehouse name|plnt|sloc|stor loc|wrk",
	"site_name":     "site name|site_name",
	"from_site":     "from_site_id|from site|from warehouse|source location|origin_id|origin location|supplying plant|调出仓库|发出仓库|来源仓库|调出仓|移出仓库|出库仓库|quelllager",
	"to_site":       "to warehouse|to site|destination|destination location|destination_id|调入仓库|调入仓|目的仓库|移入仓库",
	"supplier":      "supplier_id|supplier|supplier code|supplier no|supplierid|vendor|vendor id|vendor code|vendor no|vendor number|vendorid|lifnr|vendor_id|partner_id|fsupplierid|fsupplierid.fnumber|fdefaultvendor|cvencode|fsupplyid|businessentityid|供应商|供应商编码|供应商代码|供应商编号|默认供应商|厂商|厂商编号|供货商|供货单位|供应单位|供方|往来单位|主供应商|仕入先|仕入先コード|発注先|lieferant|lieferantennummer|lieferantennr|kreditor|fournisseur|proveedor|fornitore|account number|vendor/supplying plant|supplier/supplying plant",
	"supplier_name": "supplier name|supplier_name|vendor name|vendor_name|cvenname|fsupplierid.fname|供应商名称|厂商名称|供货单位名称|仕入先名|lieferantenname|nom fournisseur",
	"company":       "companyname|company name|company",
	"customer":      "customer_id|customer|customer code|customer no|customer number|customerid|customer id|client|client id|kunnr|sold-to party|ship-to party|buyer|account|fcustid|fcustomerid|fcustid.fnumber|ccuscode|ccusname|客户|客户编码|客户代码|客户编号|客户名称|购货单位|购货单位编码|买家|买家会员名|收货单位|需方|得意先|得意先コード|顧客|顧客コード|kunde|kundennummer|kundennr|cliente|client code|code client|买家昵称|buyer id|ship to name",
	"customer_name": "customer name|customer_name",
	"lot":           "lot|lot no|lot number|lot_id|batch|batch no|batch number|charg|serial|flot|flot.fnumber|fsupplierlot|cbatch|批号|批次|批次号|供应商批号|生产批号|序列号|ロット|ロット番号|charge|chargennummer|lote|lotto",
	"expires":       "expires_on|expiry|expiry date|expiration date|expiration_date|expires|best before|bbd|sled|vfdat|use by|fexpirydate|dvdate|有效期至|有效期|到期日|失效日期|保质期至|到期日期|有効期限|賞味期限|verfallsdatum|mhd|haltbar bis|date d'expiration|fecha de caducidad",
	"received_on":   "received_on|received|receipt date|received date|receipt_date|date received|goods receipt date|gr date|in_date|incoming date|入库时间|最近入库日期|入库日|收货日期|收料日期|到货时间|実入荷日|入荷日|wareneingang|wareneingangsdatum|date de réception",
	"produced_on":   "production date|manufacture date|mfg date|fproducedate|dmadate|生产日期|制造日期|hsdat|製造日",
	"promised_on":   "promised_on|promised|confirmed date|承诺日期|约定到货日期",
	"on_hand":       "on hand|on_hand|onhand|qty on hand|quantity on hand|stock|stock qty|stock quantity|current stock|inventory|inventory quantity|unrestricted|unrestricted use|unrestricted stock|unrestricted-use stock|labst|actual qty|physical qty|physical quantity|units in stock|unitsinstock|balance|closing balance|closing stock|ending stock|book qty|inventory_quantity|qty_available|quantity_on_hand|库存|库存量|库存量主单位|库存数量|现存量|即时库存|结存数量|期末结存|期末数量|结存|账存数量|当前库存|实际库存|在库数量|库存数|结余数量|现有库存|现有量|账面数量|盘点数量|期末库存|在庫|在庫数|在庫数量|現在庫|現在庫数|bestand|lagerbestand|frei verwendbar|freier bestand|stock actuel|stock disponible|en stock|existencias|giacenza|实存数量|inventory qty|实际库存数|期末结存数量|期末库存数量|库存余量|afn-fulfillable-quantity|fulfillable quantity|实物库存|实物库存数|账面库存|总库存|结存数|期末数|库存结存|库存余数|库存结余|current qty|current quantity|current inventory|stock on hand|soh|stock level|in stock|qty in stock|quantity in stock|closing qty|closing quantity",
	"available":     "available|available qty|available quantity|atp|free stock|forecasted quantity|projected qty|可用量|可用库存|可用数量|可用库存量|favbqty|可用在庫|verfügbar|预计可用量|free to use|可用数|可售库存|可销库存|可发库存",
	"bin":           "bin|bin location|shelf|rack|slot|lgpla|storage bin|fstocklocid|cposition|货位|仓位|储位|库位号|架位|棚番|lagerplatz|emplacement",
	"stock_status":  "stock status|stock type|insme|quality status|库存状态|库存类型|质量状态|fstockstatusid",
	"safety_stock":  "safety_stock|safety stock|safetystock|safety qty|min stock|minimum stock|eisbe|fsafestock|fsecinv|isafenum|minimum|安全库存|安全存量|安全库存量|最低安全库存|最低库存|最低存量|最小库存|库存下限|安全在庫|安全在庫数|sicherheitsbestand|mindestbestand|stock de sécurité|stock de seguridad|product_min_qty|minimum_stock|安全库存下限|安全库存数",
	"reorder_point": "reorder_point|reorder point|rop|reorder level|reorderlevel|re-order point|minbe|再订货点|订货点|补货点|请购点|再订购点|発注点|meldebestand|point de commande|punto de pedido|freorderpoint",
	"order_up_to":   "order_up_to|order up to|max stock|maximum stock|maximum|target stock|mabst|product_max_qty|最高库存|最大库存|最高存量|库存上限|目标库存|fmaxstock|höchstbestand|stock maximum|上限库存",
	"lead_time":     "lead_time_days|lead time|lead time weeks|lead time in weeks|提前期周|lead time (days)|lead time days|leadtime|leadtimedays|lead_time|lt|lt days|planned deliv. time|planned delivery time|planned deliv time|plifz|delivery lead time|delay|purchase lead time|manufacturing lead time|dzeit|average lead time|averageleadtime|ffixleadtime|fixed lead time|ipreadvance|采购提前期|提前期|固定提前期|提前期天|交货周期|采购周期|生产周期|供货周期|交货提前期|生产提前期|变动提前期|交货天数|到货周期|リードタイム|調達リードタイム|調達lt|lieferzeit|planlieferzeit|wiederbeschaffungszeit|délai|délai de livraison|plazo de entrega|tempo di consegna|lead time working days",
	"lot_min":       "lot_min|min order qty|minimum order qty|minimum order quantity|moq|min qty|min_qty|minorderqty|min_order_qty|minimum lot size|bstmi|sizeminimum|minimum quantity|min. order qty|fminqty|fminpoqty|iminqty|最小订货量|最小批量|最小起订量|起订量|最小采购量|最小订购量|最小采购批量|最小订单量|最小生产批量|最小発注数|最低発注数|mindestbestellmenge|mindestmenge|quantité minimale|cantidad mínima",
	"lot_max":       "lot_max|max order qty|maximum order qty|maximum order quantity|max qty|maxorderqty|max_order_qty|bstma|sizemaximum|最大订货量|最大批量|最大订购量|fmaxqty|höchstmenge|maximale losgröße",
	"lot_multiple":  "lot_multiple|order multiple|multiple|lot multiple|rounding value|rounding|bstrf|sizemultiple|pack size|packing qty|package qty|multiple qty|qty_multiple|quantityperouter|fbatchappend|最小包装量|最小包装|批量增量|包装量|整包装数|订货倍数|批量倍数|包装规格数量|装箱数|箱规|発注単位|入数|ロットサイズ倍数|rundungswert|verpackungseinheit|conditionnement",
	"lot_size":      "lot_size|lot size|fixed lot size|order size|eoq|bstfe|fixed lot|固定批量|经济批量|订货批量|批量|ロットサイズ|losgröße|reorder quantity|reorder qty|replenishment quantity",
	"service_level": "service_level|service level|target service level|服务水平|服务率|サービス率|servicegrad",
	"shelf_life":    "shelf_life_days|shelf life|shelf life days|mhdhb|保质期|保质期天|保质期天数|fexpperiod|haltbarkeit",
	"procurement":   "procurement|procurement type|make or buy|make/buy|make_or_buy|makebuy|beskz|ferpclsid|物料属性|来源|物料来源|供应类型|补货方式|采购类型|自制外购|获取方式|供货方式|内外製区分|beschaffungsart|supply method|source type",
	"status":        "status|order status|state|order_status|item status|状态|订单状态|单据状态|关闭状态|行状态|业务状态|物料状态|ステータス|statut|estado|fclosestatus|fdocumentstatus|交易状态|financial status|fulfillment status|order-status|退款状态",
	"discontinued":  "discontinued|is discontinued|停用|禁用状态|fforbidstatus",
	"received_qty":  "qty_received|received qty|received_qty|receivedqty|qty received|quantity received|delivered qty|qty delivered|qty_delivered|delivered quantity|wemng|fstockinqty|finstockqty|ireceivedqty|已收数量|累计入库数量|入库数量累计|已交货数量|累计到货数量|已入库数量|已到货数量|已发数量|累计出库数量|已出库数量|已发货数量|已完工数量|完工数量|入荷済数|gelieferte menge|liefermenge|stocked_qty|stockedqty|quantité livrée|已发货|已交|已到货|已入库|已发|已出库|完工入库数量|入库完成数量",
	"ordered_qty":   "qty_ordered|ordered_qty",
	"rejected_qty":  "qty_rejected|rejected qty|rejected_qty|rejectedqty|scrapped_qty|scrappedqty|拒收数量|不良数量|退货数量|报废数量",
	"open_qty":      "open qty|open quantity|remaining qty|outstanding qty|qty open|qty to receive|qty to deliver|remaining quantity|still to be delivered|on_order_qty|backorder qty|未交数量|未入库数量|未到货数量|剩余数量|欠交数量|在途数量|未完工数量|未清数量|欠料数量|未发数量|未交货数量|未出库数量|fremainstockinqty|fremainoutqty|残数|未納数|注残|noch zu liefern|noch zu liefern menge|still to be delivered qty|offene menge|restmenge|reste à livrer|欠数|欠货|欠货数|未交|未发货|未到货|未入库|未清",
	"on_order":      "unitsonorder|units on order|on order|在途库存|在途量|采购在途数|采购在途|在途数",
	"cancelled_on":  "cancelled at|canceled at|cancelled on|canceled on|cancelled date|cancellation date|cancelled_at|canceled_at|取消时间|取消日期|关闭时间|storniert am",
	"level":         "level|bom level|bom_level|explosion level|lvl|depth|indent level|stufe|baustufe|niveau|层级|层次|阶次|阶层|阶|级次|bom层级|bom层次|bom级次|bom阶次|展开层级|结构层级|物料层级|レベル|階層|構成レベル",
	"parent":        "parent_id|parent|parent item|parent item code|parent part|parent code|assembly|assembly item|finished product|product_tmpl_id|product_tmpl_id/default_code|productassemblyid|bom item|header material|fparentmaterialid|fmaterialid_parent|cpspcode|父项物料|父项物料编码|父项编码|父件编码|父件|母件|母件编码|母件编号|主件品号|主件料号|成品编码|成品料号|上级物料|上阶料号|父项|产成品|父级物料|主件编码|親品番|親品目|親品目コード|親部品|親|oberteil|kopfmaterial|baugruppe|parent article|composé|bom_parent|产品料号",
	"component":     "component_id|component|component item|component code|component part|component material|child|child item|child part|child code|idnrk|bom component|bom_line_ids/product_id|bom_line_ids/product_id/default_code|componentid|fmaterialidchild|fsubmaterialid|cpscode|子项物料|子项物料编码|子项编码|子件编码|子件|子件编号|元件品号|元件料号|下级物料|下阶料号|子项|组件|组件料号|部件编码|原材料编码|材料编码|材料编号|用料编码|子级物料|元件编码|子品番|子品目|子品目コード|構成品目|子部品|子|unterteil|komponente|composant|componente",
	"usage":         "qty_per|qty per|quantity per|usage|usage qty|per assembly|perassemblyqty|qty per assembly|component qty|component quantity|bom qty|quantity per assembly|menge komponente|product_qty per|bom_line_ids/product_qty|fnumerator|ibaseqtyn|iusequantity|fqty per|用量|基本用量|单位用量|标准用量|用量分子|用量:分子|用量分子数|子件用量|单耗|定额|定额用量|组成用量|元件用量|配比|單位用量|基本用量分子|数量分子|员数|員数|所要量|構成数|使用数|einsatzmenge|quantité par|cantidad por|usage quantity",
	"usage_den":     "per_qty|base qty|base quantity|bmeng|denominator|fdenominator|ibaseqtyd|分母|用量分母|用量:分母|基数|底数|基本用量分母|基础用量|数量分母|母件基数|basismenge|用量分母数|base quantity (bom)",
	"scrap":         "scrap_pct|scrap|scrap %|scrap rate|scrap factor|scrap pct|loss rate|wastage|waste %|ausch|avoau|fscraprate|ffixscrap|icompscrap|损耗率|损耗率%|损耗|变动损耗率|报废率|损耗系数|废品率|不良率|不良率%|ロス率|ausschuss|ausschuss %|taux de rebut|merma",
	"uom_factor":    "factor|conversion factor|conversion|umrez|conversion rate|ichangrate|fconvertnumerator|换算率|转换率|换算系数|单位换算|包装换算|換算係数|umrechnungsfaktor",
	"alt_uom":       "alternate unit|alternative unit|meinh|pack unit|from unit|辅助单位|辅计量单位|换算单位|副单位|非基本单位|alternativmengeneinheit",
	"from":          "effective_from|effective from|valid from|valid_from|start|datuv|feffectdate|from|from date|生效日期|开始日期|起始日期|启用日期|有效期起|有効開始日|gültig ab|valable du|efffrom",
	"to":            "effective_to|effective to|valid to|valid until|valid_to|datub|fexpiredate|to|to date|end|失效日|截止日期|结束日期|停用日期|有效期止|失效时间|有効終了日|gültig bis|valable au",
	"priority":      "priority|prio|优先级|优先度|priorität|sequence",
	"planner":       "planner|buyer name|mrp controller|dispo|planner code|计划员|采购员|物控员|担当者|disponent",
	"quota":         "quota|allocation|share|配额|份额|采购比例|quote",
	"movement":      "movement type|bwart|transaction type|trans type|type|kind|direction|doc type|业务类型|单据类型|收发类型|出入库类型|收发标志|移动类型|事务类型|入出庫区分|bewegungsart|type de mouvement|出入库|收发类别|entry type|mvt|mvt type|movement code|变动类型|异动类型",
	"in_qty":        "in qty|qty in|received in|receipts qty|收入数量|入库数|本期收入|收料数量|入库|进货数量|入庫数|zugang|entrées|entradas|本期收入数量|本期入库数量|本期入库|收入/数量",
	"out_qty":       "out qty|qty out|issued qty|issue qty|issues qty|发出数量|出库数|本期发出|发料数量|出库|领料数量|领用数量|出庫数|abgang|sorties|salidas|本期发出数量|本期出库数量|本期出库|发出/数量",
	"forecast":      "forecast|forecast qty|forecast quantity|fcst|预测数量|预测量|预测|计划销量|予測数|予測数量|prognose|prévision|pronóstico",
	"resource":      "resource_id|resource|work center|workcenter|machine|arbpl|工作中心|设备|机台|资源|作業区|arbeitsplatz",
	"capacity":      "capacity_per_day|capacity|daily capacity|日产能|产能|kapazität",
	"region":        "region|territory|area|country|地区|区域|省份",
	"min_value":     "min_order_value|minimum order value|最低采购金额",
	"step":          "t|step|time step|period no|period number|time_idx",
	"return_flag":   "is_return|return|退货标志",
	"promo":         "promo|promotion|is_promo|on promotion|deal|促销|是否促销",
	"stockout":      "stockout|out of stock|is_stockout|缺货",
	"abc":           "abc_class|abc|abc class|abc indicator|abc分类",
	"planned_on":    "sched_start",
	"barcode":       "barcode|ean|ean13|gtin|upc|国际条码|バーコード",
	"other_names":   "currency|customs code|remark|remarks|note|notes|comment|comments|备注|说明|摘要|创建人|制单人|审核人|序号|行次|no.|no|备考|bemerkung|remarque|tax rate|taxrate|税率|审核日期|部门|业务员|币别|汇率|discount|折扣|折扣率",
	"own":           "value|name|weekday|working|event_id|effect|scope|calendar_id|author|reason|kind|per|setup|per_unit|bom_id|quota_base|gr_days|mrp_type|lot_rule|decimals|successor_item_id|effective_out_on|firm|shipped|segment|from_qty|document|to_period",
}

// meanings are the aliases turned round: normalised title to meanings.
var meanings = map[string][]Meaning{}

func init() {
	for m, list := range aliases {
		for _, a := range strings.Split(list, "|") {
			key := normal(a)
			if key != "" && !containsMeaning(meanings[key], m) {
				meanings[key] = append(meanings[key], m)
			}
		}
	}
	for _, m := range dated {
		for _, a := range strings.Split(aliases[m], "|") {
			if base, ok := strings.CutSuffix(a, "日期"); ok && base != "" && meanings[base+"时间"] == nil {
				meanings[base+"时间"] = []Meaning{m}
			}
		}
	}
	for _, m := range counted {
		for _, a := range strings.Split(aliases[m], "|") {
			for _, short := range []string{"数", "量"} {
				if base, ok := strings.CutSuffix(a, "数量"); ok && base != "" && meanings[base+short] == nil {
					meanings[base+short] = []Meaning{m}
				}
			}
		}
	}
}

// dated are the meanings whose Chinese titles end in 日期 or 时间 alike.
var dated = []Meaning{"date", "due", "ordered_on", "received_on", "produced_on", "expires", "promised_on"}

// counted are the meanings whose Chinese titles end in 数量, 数 or 量 alike.
var counted = []Meaning{"on_hand", "available", "in_qty", "out_qty", "open_qty", "received_qty", "on_order", "safety_stock", "usage"}

func containsMeaning(list []Meaning, m Meaning) bool {
	for _, x := range list {
		if x == m {
			return true
		}
	}
	return false
}

// traditional maps the characters of titles in the traditional script to the
// simplified one.
var traditional = strings.NewReplacer("號", "号", "數", "数", "單", "单", "倉", "仓", "庫", "库", "採", "采", "購", "购", "訂", "订", "規", "规", "編", "编", "碼", "码", "廠", "厂", "戶", "户", "價", "价", "應", "应", "貨", "货",
	"種", "种", "類", "类", "別", "别", "稱", "称", "額", "额", "總", "总", "計", "计", "發", "发", "費", "费", "現", "现", "儲", "储", "產", "产", "銷", "销", "領", "领", "進", "进", "運", "运", "達", "达", "間", "间", "開", "开", "關", "关",
	"備", "备", "註", "注", "預", "预", "測", "测", "標", "标", "準", "准", "來", "来", "實", "实", "際", "际", "換", "换", "損", "损", "檢", "检", "驗", "验", "轉", "转", "調", "调", "撥", "拨", "動", "动", "結", "结", "餘", "余", "週", "周",
	"組", "组", "層", "层", "級", "级", "階", "阶", "約", "约", "點", "点", "線", "线", "區", "区", "項", "项", "供應", "供应", "請", "请", "審", "审", "製", "制", "圖", "图", "條", "条", "內", "内", "帳", "账", "賬", "账", "對", "对", "務", "务", "業", "业", "據", "据", "憑", "凭", "證", "证", "時", "时", "於", "于", "無", "无", "門", "门", "員", "员", "劃", "划", "畫", "划", "設", "设", "複", "复", "歷", "历", "個", "个", "過", "过", "優", "优", "隊", "队", "質", "质", "數量", "数量", "夾", "夹", "會", "会")

// normal brings a title into the form in which titles are compared: lower
// case, plain characters, no blanks and signs.
func normal(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(traditional.Replace(fullWidth.Replace(title))) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Lm, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Meanings returns what a title may stand for, nothing for one that is not
// known. What stands in brackets is left out where the whole title is not
// known, and of a title of two rows the lower one counts.
func Meanings(title string) []Meaning {
	if len(title) > 200 {
		return nil
	}
	if m := meanings[normal(title)]; m != nil {
		return m
	}
	if m := meanings[strings.TrimSuffix(normal(title), "%")]; m != nil {
		return m
	}
	t := fullWidth.Replace(title)
	for {
		i, j := strings.IndexAny(t, "([【"), strings.IndexAny(t, ")]】")
		if i <= 0 || j < i {
			break
		}
		t = t[:i] + strings.TrimLeft(t[j:], ")]】")
		if m := meanings[normal(t)]; m != nil {
			return m
		}
	}
	if m := meanings[normal(strings.TrimLeft(t, "*＊ "))]; m != nil {
		return m
	}
	if i := strings.LastIndexAny(title, "/."); i > 0 && i < len(title)-1 {
		if m := meanings[normal(title[i+1:])]; m != nil {
			return m
		}
	}
	return nil
}
