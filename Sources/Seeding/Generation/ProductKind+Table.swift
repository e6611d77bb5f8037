extension ProductKind {
  /// The kinds in a fixed order. Peaks are days of the year: 15 January, 196 July, 340 December.
  static let table: [ProductKind] = fashion + electronics + home

  private static let fashion: [ProductKind] = [
    ProductKind(
      path: ["Fashion", "Women", "Dresses"], noun: "Dress", queries: ["dress", "summer dress", "party dress"],
      styles: ["Wrap Midi", "Pleated", "Slip", "Belted", "Floral Tea"],
      materials: ["Viscose", "Cotton", "Satin", "Linen"],
      pictures: [
        "dress midi wrap", "dress midi pleats", "dress midi slip", "dress mini belt", "dress midi short floral",
      ],
      medianPence: 6200, axis: .sizes, peakDay: 170, amplitude: 0.6, returnRate: 0.34, share: 16),
    ProductKind(
      path: ["Fashion", "Women", "Tops"], noun: "Top", queries: ["t-shirt", "top", "blouse"],
      styles: ["Organic", "Relaxed", "Slub", "Breton"], materials: ["Organic cotton", "Cotton", "Linen"],
      pictures: ["tshirt", "tshirt vneck", "tshirt pocket", "tshirt long stripes"], medianPence: 2400, axis: .sizes,
      peakDay: 180, amplitude: 0.35, returnRate: 0.2, share: 16),
    ProductKind(
      path: ["Fashion", "Men", "Shirts & Tops"], noun: "Shirt", queries: ["shirt", "mens shirt", "oxford shirt"],
      styles: ["Oxford", "Check", "Linen", "Pinstripe"], materials: ["Cotton", "Linen", "Flannel"],
      pictures: ["shirt", "shirt check", "shirt short", "shirt pinstripe"], medianPence: 4500, axis: .sizes,
      peakDay: 150, amplitude: 0.2, returnRate: 0.18, share: 14),
    ProductKind(
      path: ["Fashion", "Women", "Knitwear"], noun: "Jumper", queries: ["jumper", "knitwear", "wool jumper"],
      styles: ["Crew Neck", "Cable", "Roll Neck", "V-Neck"], materials: ["Merino wool", "Cashmere", "Lambswool"],
      pictures: ["jumper", "jumper cable", "jumper roll", "jumper vneck"], medianPence: 6500, axis: .sizes,
      peakDay: 335, amplitude: 0.9, returnRate: 0.22, share: 12),
    ProductKind(
      path: ["Fashion", "Men", "Trousers & Jeans"], noun: "Jeans", queries: ["jeans", "trousers", "chinos"],
      styles: ["Straight", "Slim", "Wide Leg", "Cargo"], materials: ["Denim", "Cotton twill"],
      pictures: ["trousers jeans", "trousers slim jeans", "trousers wide", "trousers cargo"], medianPence: 5900,
      axis: .sizes, peakDay: 270, amplitude: 0.15, returnRate: 0.28, share: 14),
    ProductKind(
      path: ["Fashion", "Women", "Coats & Jackets"], noun: "Coat", queries: ["coat", "winter coat", "jacket"],
      styles: ["Trench", "Wool", "Puffer", "Rain"], materials: ["Wool", "Cotton gabardine", "Recycled polyester"],
      pictures: ["coat trench", "coat wool", "jacket puffer", "jacket rain"], medianPence: 15500, axis: .sizes,
      peakDay: 310, amplitude: 1.1, returnRate: 0.27, share: 10),
    ProductKind(
      path: ["Fashion", "Shoes", "Trainers"], noun: "Trainers", queries: ["trainers", "running shoes"],
      styles: ["Court", "Running", "Canvas", "High-Top"], materials: ["Leather", "Recycled mesh", "Cotton canvas"],
      pictures: ["trainers", "trainers running", "trainers canvas", "trainers high"], medianPence: 8500, axis: .shoes,
      peakDay: 110, amplitude: 0.25, returnRate: 0.24, share: 14),
    ProductKind(
      path: ["Fashion", "Shoes", "Boots"], noun: "Boots", queries: ["boots", "ankle boots", "hiking boots"],
      styles: ["Chelsea", "Hiking", "Ankle", "Riding"], materials: ["Leather", "Suede", "Nubuck"],
      pictures: ["boots chelsea", "boots hiking", "boots ankle", "boots knee"], medianPence: 12900, axis: .shoes,
      peakDay: 305, amplitude: 0.85, returnRate: 0.23, share: 10),
    ProductKind(
      path: ["Fashion", "Accessories", "Bags"], noun: "Bag", queries: ["handbag", "backpack", "tote bag"],
      styles: ["Crossbody", "Tote", "City Backpack", "Weekend"],
      materials: ["Leather", "Cotton canvas", "Waxed cotton"],
      pictures: ["bag crossbody", "bag tote", "backpack", "bag holdall"], medianPence: 7900, axis: .none, peakDay: 340,
      amplitude: 0.35, returnRate: 0.12, share: 12, details: [Detail("capacity", [6, 12, 20, 28, 42])]),
  ]

  private static let electronics: [ProductKind] = [
    ProductKind(
      path: ["Electronics", "Computers", "Laptops"], noun: "Laptop", queries: ["laptop", "gaming laptop", "notebook"],
      styles: ["Ultralight", "Everyday", "Gaming", "Convertible"], materials: ["Aluminium", "Magnesium"],
      pictures: ["laptop", "laptop", "laptop gaming", "laptop convertible"], medianPence: 79_900, axis: .storage,
      peakDay: 245, amplitude: 0.3, returnRate: 0.08, share: 10,
      details: [Detail("screen_size", [13.3, 14, 15.6, 16, 17.3]), Detail("memory", [8, 16, 32])]),
    ProductKind(
      path: ["Electronics", "Phones & Tablets", "Phones"], noun: "Smartphone", queries: ["phone", "smartphone"],
      styles: ["Compact", "Max", "Lite", "Rugged"], materials: ["Glass", "Aluminium"],
      pictures: ["phone", "phone", "phone", "phone rugged"], medianPence: 45_900, axis: .storage, peakDay: 330,
      amplitude: 0.35, returnRate: 0.07, share: 10, details: [Detail("screen_size", [5.9, 6.1, 6.4, 6.8])]),
    ProductKind(
      path: ["Electronics", "Audio", "Headphones"], noun: "Headphones", queries: ["headphones", "earbuds", "headset"],
      styles: ["Wireless", "Studio", "Gaming", "Sport"], materials: ["Aluminium", "Recycled plastic"],
      pictures: ["headphones", "headphones wired", "headphones gaming", "earbuds"], medianPence: 9900, axis: .none,
      peakDay: 340, amplitude: 0.55, returnRate: 0.1, share: 12, details: [Detail("battery_life", [8, 20, 30, 38, 50])]),
    ProductKind(
      path: ["Electronics", "Audio", "Speakers"], noun: "Speaker", queries: ["speaker", "bluetooth speaker"],
      styles: ["Portable", "Smart", "Party"], materials: ["Recycled plastic", "Wood"],
      pictures: ["speaker", "speaker smart", "speaker party"], medianPence: 11_900, axis: .none, peakDay: 190,
      amplitude: 0.4, returnRate: 0.08, share: 10, details: [Detail("power", [10, 20, 30, 60, 120])]),
    ProductKind(
      path: ["Electronics", "TV & Photo", "Televisions"], noun: "TV", queries: ["tv", "4k tv", "television"],
      styles: ["4K LED", "OLED", "QLED"], materials: ["Aluminium"], pictures: ["television"], medianPence: 59_900,
      axis: .none, peakDay: 325, amplitude: 0.6, returnRate: 0.06, share: 8,
      details: [Detail("screen_size", [32, 43, 50, 55, 65, 75])]),
    ProductKind(
      path: ["Electronics", "Office", "Printers"], noun: "Printer", queries: ["printer", "laser printer"],
      styles: ["All-in-One", "Laser", "Label"], materials: ["Recycled plastic"],
      pictures: ["printer", "printer laser", "printer label"], medianPence: 14_900, axis: .none, peakDay: 250,
      amplitude: 0.2, returnRate: 0.09, share: 8, details: [Detail("warranty", [1, 2, 3])]),
    ProductKind(
      path: ["Electronics", "Computers", "Accessories"], noun: "Keyboard", queries: ["keyboard", "wireless keyboard"],
      styles: ["Mechanical", "Quiet", "Compact"], materials: ["Aluminium", "Recycled plastic"],
      pictures: ["keyboard", "keyboard", "keyboard compact"], medianPence: 6900, axis: .none, peakDay: 345,
      amplitude: 0.2, returnRate: 0.07, share: 10),
    ProductKind(
      path: ["Electronics", "Gaming & Wearables", "Smartwatches"], noun: "Smartwatch",
      queries: ["smartwatch", "fitness watch"], styles: ["Sport", "Classic", "Active"],
      materials: ["Aluminium", "Steel"], pictures: ["watch smart"], medianPence: 17_900, axis: .none, peakDay: 8,
      amplitude: 0.6, returnRate: 0.1, share: 8, details: [Detail("battery_life", [24, 72, 168, 480])]),
  ]

  private static let home: [ProductKind] = [
    ProductKind(
      path: ["Home", "Living Room", "Sofas & Armchairs"], noun: "Sofa", queries: ["sofa", "corner sofa", "armchair"],
      styles: ["Three-Seater", "Two-Seater", "Corner"], materials: ["Linen blend", "Velvet", "Bouclé"],
      pictures: ["sofa", "sofa two", "sofa corner"], medianPence: 109_900, axis: .none, peakDay: 12, amplitude: 0.45,
      returnRate: 0.05, share: 8, details: [Detail("width", [148, 164, 198, 218, 268])]),
    ProductKind(
      path: ["Home", "Living Room", "Lighting"], noun: "Lamp", queries: ["lamp", "floor lamp", "table lamp"],
      styles: ["Table", "Floor", "Pendant", "Desk"], materials: ["Wood", "Steel", "Ceramic"],
      pictures: ["lamp", "lamp floor", "lamp pendant", "lamp desk"], medianPence: 7500, axis: .none, peakDay: 320,
      amplitude: 0.5, returnRate: 0.07, share: 10, details: [Detail("power", [5, 7, 11, 25])]),
    ProductKind(
      path: ["Home", "Living Room", "Soft Furnishings"], noun: "Cushion", queries: ["cushion", "throw", "rug"],
      styles: ["Velvet", "Check", "Striped"], materials: ["Cotton", "Linen", "Wool"],
      pictures: ["cushion", "cushion check", "cushion stripes"], medianPence: 2700, axis: .none, peakDay: 290,
      amplitude: 0.3, returnRate: 0.09, share: 12, details: [Detail("width", [40, 45, 50, 60])]),
    ProductKind(
      path: ["Home", "Kitchen", "Tableware"], noun: "Mug", queries: ["mug", "plates", "coffee cup"],
      styles: ["Stoneware", "Porcelain", "Speckled"], materials: ["Stoneware", "Porcelain"],
      pictures: ["mug", "mug cup", "bowl"], medianPence: 1600, axis: .none, peakDay: 342, amplitude: 0.45,
      returnRate: 0.04, share: 12, details: [Detail("capacity", [0.08, 0.25, 0.35, 0.4])]),
    ProductKind(
      path: ["Home", "Kitchen", "Cookware"], noun: "Pan", queries: ["frying pan", "saucepan", "wok"],
      styles: ["Cast Iron", "Non-Stick", "Carbon Steel"], materials: ["Cast iron", "Aluminium", "Carbon steel"],
      pictures: ["pan pot", "pan", "pan wok"], medianPence: 5500, axis: .none, peakDay: 335, amplitude: 0.3,
      returnRate: 0.05, share: 10, details: [Detail("capacity", [1.5, 2.8, 4.7, 6])]),
    ProductKind(
      path: ["Home", "Bathroom & Laundry", "Towels & Laundry"], noun: "Towel", queries: ["towel", "bath towel"],
      styles: ["Organic", "Waffle", "Hotel"], materials: ["Organic cotton", "Cotton"], pictures: ["towel"],
      medianPence: 1900, axis: .none, peakDay: 20, amplitude: 0.25, returnRate: 0.05, share: 14),
  ]
}
