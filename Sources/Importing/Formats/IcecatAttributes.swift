import Catalog

/// The meaning of Icecat's attribute keys: names to read, the units that the data uses throughout, and which are facets.
///
/// Where the data mixes units (memory in MB and GB, cache in KB and MB) none is given.
enum IcecatAttributes {
  private struct Known {
    let name: String
    var unit: String?
    var facetPosition: Int?
  }

  /// `type` keeps Icecat's rest of the key as the code; a key that two types share is told apart by the catalog.
  static func definition(code: String, type: AttributeType) -> AttributeDefinition {
    let known = known[code]
    return AttributeDefinition(
      code: code, name: known?.name ?? name(of: code), type: type, unit: type == .number ? known?.unit : nil,
      isFacet: known?.facetPosition != nil, position: known?.facetPosition ?? 1000)
  }

  private static let known: [String: Known] = [
    "product_colour": Known(name: "Colour", facetPosition: 10),
    "product_type": Known(name: "Product type", facetPosition: 20),
    "type": Known(name: "Type", facetPosition: 30),
    "display_diagonal": Known(name: "Screen size", unit: "in", facetPosition: 40),
    "display_resolution": Known(name: "Screen resolution", facetPosition: 50),
    "touchscreen": Known(name: "Touchscreen", facetPosition: 60),
    "processor_family": Known(name: "Processor", facetPosition: 70),
    "processor_cores": Known(name: "Processor cores", facetPosition: 80),
    "processor_socket": Known(name: "Processor socket", facetPosition: 90),
    "internal_memory": Known(name: "Memory", facetPosition: 100),
    "internal_memory_type": Known(name: "Memory type", facetPosition: 110),
    "storage_media": Known(name: "Storage media", facetPosition: 120),
    "operating_system_installed": Known(name: "Operating system", facetPosition: 130),
    "form_factor": Known(name: "Form factor", facetPosition: 140),
    "printing_colours": Known(name: "Printing colours", facetPosition: 150),
    "print_technology": Known(name: "Print technology", facetPosition: 160),
    "ink_type": Known(name: "Ink type", facetPosition: 170),
    "brand_compatibility": Known(name: "Fits brand", facetPosition: 180),
    "cable_length": Known(name: "Cable length", unit: "m", facetPosition: 190),
    "connector_1": Known(name: "Connector 1", facetPosition: 200),
    "connector_2": Known(name: "Connector 2", facetPosition: 210),
    "connector_gender": Known(name: "Connector gender", facetPosition: 220),
    "cable_standard": Known(name: "Cable standard", facetPosition: 230),
    "cable_colour": Known(name: "Cable colour", facetPosition: 240),
    "connectivity_technology": Known(name: "Connectivity", facetPosition: 250),
    "wi_fi": Known(name: "Wi-Fi", facetPosition: 260),
    "bluetooth": Known(name: "Bluetooth", facetPosition: 270),
    "ethernet_lan": Known(name: "Ethernet", facetPosition: 280),
    "battery_technology": Known(name: "Battery technology", facetPosition: 290),
    "material": Known(name: "Material", facetPosition: 300),
    "finish_type": Known(name: "Finish", facetPosition: 310),
    "quantity_per_pack": Known(name: "Pieces in the pack", facetPosition: 320),
    "market_segment": Known(name: "Market segment", facetPosition: 330),
    "width": Known(name: "Width", unit: "mm"), "height": Known(name: "Height", unit: "mm"),
    "depth": Known(name: "Depth", unit: "mm"), "weight": Known(name: "Weight", unit: "g"),
    "package_width": Known(name: "Package width", unit: "mm"),
    "package_height": Known(name: "Package height", unit: "mm"),
    "package_depth": Known(name: "Package depth", unit: "mm"),
    "package_weight": Known(name: "Package weight", unit: "g"),
    "black_toner_page_yield": Known(name: "Black page yield", unit: "pages"),
    "colour_toner_page_yield": Known(name: "Colour page yield", unit: "pages"),
    "thermal_design_power__tdp_": Known(name: "Thermal design power (TDP)", unit: "W"),
    "processor_lithography": Known(name: "Processor lithography", unit: "nm"),
    "processor_front_side_bus": Known(name: "Front-side bus", unit: "MHz"),
    "memory_clock_speed": Known(name: "Memory clock speed", unit: "MHz"),
    "ac_adapter_power": Known(name: "AC adapter power", unit: "W"),
    "power_consumption__typical_": Known(name: "Power consumption (typical)", unit: "W"),
    "media_weight": Known(name: "Media weight", unit: "g/m²"),
  ]

  private static let abbreviations: [Substring: String] = [
    "ac": "AC", "cd": "CD", "cpu": "CPU", "dc": "DC", "ddr": "DDR", "dvd": "DVD", "dvi": "DVI", "ecc": "ECC",
    "fsb": "FSB", "gps": "GPS", "hd": "HD", "hdd": "HDD", "hdmi": "HDMI", "hdds": "HDDs", "id": "ID", "ieee": "IEEE",
    "ip": "IP", "lan": "LAN", "lcd": "LCD", "led": "LED", "nfc": "NFC", "oem": "OEM", "pc": "PC", "pci": "PCI",
    "ram": "RAM", "rj": "RJ", "sata": "SATA", "sd": "SD", "ssd": "SSD", "ssds": "SSDs", "tv": "TV", "uk": "UK",
    "us": "US", "usb": "USB", "vga": "VGA", "intel": "Intel", "windows": "Windows", "mac": "Mac",
  ]

  /// `usb_2_0_ports_quantity` → `USB 2 0 ports quantity`; what stood in brackets, `…__tdp_`, stands in brackets again.
  static func name(of code: String) -> String {
    var text = code[...]
    var bracket: Substring?
    if text.hasSuffix("_"), let range = text.dropLast().lastDoubleUnderscore {
      bracket = text[range.upperBound...].dropLast()
      text = text[..<range.lowerBound]
    }
    let name = words(text)
    let capital = name.prefix(1).uppercased() + name.dropFirst()
    guard let bracket, !bracket.isEmpty, !capital.isEmpty else { return capital.isEmpty ? code : capital }
    return "\(capital) (\(words(bracket)))"
  }

  private static func words(_ text: Substring) -> String {
    text.split(separator: "_").map { abbreviations[$0] ?? String($0) }.joined(separator: " ")
  }
}

extension Substring {
  fileprivate var lastDoubleUnderscore: Range<Index>? {
    var end = endIndex
    while end > startIndex {
      let last = index(before: end)
      guard last > startIndex else { return nil }
      let first = index(before: last)
      if self[first] == "_" && self[last] == "_" { return first..<end }
      end = last
    }
    return nil
  }
}
