import Catalog

/// Where an Icecat product belongs: two levels, department and leaf, found by a table of rules.
///
/// 1. `type`: the product's `product_type` or `type` is one of these.
/// 2. `title`: the title has one of these phrases as whole words, rather before `for` or `with` than behind; of all
///    phrases found the one with most words wins, then the rule that stands first.
/// 3. `has`: the product has one of these attributes; the first rule wins.
///
/// A product that no rule finds is in `Other`. The rules were written beside the data: 96 % of it comes to a leaf.
struct IcecatCategories: Sendable {
  static let shared = IcecatCategories(table)
  static let other = ["Other"]

  private let paths: [[String]]
  private let ruleByType: [String: Int]
  private let ruleByPhrase: [[UInt8]: Int]
  private let ruleByAttribute: [String: Int]
  private let longestPhrase: Int

  private init(_ table: String) {
    var paths: [[String]] = []
    var ruleByType: [String: Int] = [:]
    var ruleByPhrase: [[UInt8]: Int] = [:]
    var ruleByAttribute: [String: Int] = [:]
    for line in table.split(separator: "\n") {
      guard line.hasPrefix("  ") else {
        paths.append(Self.fields(line, separator: ">"))
        continue
      }
      let rule = paths.count - 1
      let entry = Self.fields(line, separator: ":", maximum: 2)
      for term in Self.fields(entry[1][...], separator: ";") {
        switch entry[0] {
        case "type": ruleByType[term] = ruleByType[term] ?? rule
        case "has": ruleByAttribute[term] = ruleByAttribute[term] ?? rule
        default: ruleByPhrase[Array(term.utf8)] = ruleByPhrase[Array(term.utf8)] ?? rule
        }
      }
    }
    (self.paths, self.ruleByType, self.ruleByPhrase) = (paths, ruleByType, ruleByPhrase)
    self.ruleByAttribute = ruleByAttribute
    longestPhrase = ruleByPhrase.keys.map { $0.count { $0 == UInt8(ascii: " ") } + 1 }.max() ?? 1
  }

  func path(title: String, attributes: [ProductRecord.Attribute]) -> [String] {
    if let rule = rule(ofTypeIn: attributes) ?? rule(ofTitle: title) { return paths[rule] }
    let rule = attributes.lazy.compactMap { ruleByAttribute[$0.definition.code] }.min()
    return rule.map { paths[$0] } ?? Self.other
  }

  private func rule(ofTypeIn attributes: [ProductRecord.Attribute]) -> Int? {
    for code in ["product_type", "type"] {
      guard let attribute = attributes.first(where: { $0.definition.code == code }),
        case .text(let type) = attribute.values.first, let rule = ruleByType[type]
      else { continue }
      return rule
    }
    return nil
  }

  /// Icecat puts the kind of product behind the model, in small letters: `HP GW405AA mouse USB Type-A Laser`. What is
  /// written so goes before what the rest of the title names; and a charger for a laptop is not a laptop.
  private func rule(ofTitle title: String) -> Int? {
    let (text, words, areSmall) = Self.words(of: title)
    let end = words.indices.first { Self.isPreposition(text[words[$0]]) } ?? words.count
    func rule(upTo end: Int) -> Int? {
      let words = Array(words[..<end])
      return self.rule(in: text, words) { range in areSmall[range].allSatisfy(\.self) }
        ?? self.rule(in: text, words) { _ in true }
    }
    return rule(upTo: end) ?? (end < words.count ? rule(upTo: words.count) : nil)
  }

  private static func isPreposition(_ word: ArraySlice<UInt8>) -> Bool {
    word.elementsEqual("for".utf8) || word.elementsEqual("with".utf8)
  }

  private func rule(in text: [UInt8], _ words: [Range<Int>], where isTaken: (Range<Int>) -> Bool) -> Int? {
    for length in stride(from: min(longestPhrase, words.count), through: 1, by: -1) {
      var best: Int?
      for first in 0...(words.count - length) where isTaken(first..<first + length) {
        let phrase = Array(text[words[first].lowerBound..<words[first + length - 1].upperBound])
        if let rule = ruleByPhrase[phrase], rule < best ?? .max { best = rule }
      }
      if let best { return best }
    }
    return nil
  }

  /// Lowercase words of ASCII letters and digits with one space between, and which of them were typed in small letters;
  /// `pc(s)` counts pieces and is left out.
  private static func words(of title: String) -> (text: [UInt8], words: [Range<Int>], areSmall: [Bool]) {
    var text: [UInt8] = []
    var words: [Range<Int>] = []
    var areSmall: [Bool] = []
    for part in title.split(separator: " ") where part.lowercased() != "pc(s)" {
      for word in part.utf8.split(whereSeparator: { !isLetter($0 | 0x20) && !(48...57).contains($0) }) {
        if !text.isEmpty { text.append(UInt8(ascii: " ")) }
        words.append(text.count..<text.count + word.count)
        text += word.map { isLetter($0 | 0x20) ? $0 | 0x20 : $0 }
        areSmall.append(word.contains(where: isLetter) && word.allSatisfy { isLetter($0) })
      }
    }
    return (text, words, areSmall)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) }

  private static func fields(_ line: Substring, separator: Character, maximum: Int = .max) -> [String] {
    line.split(separator: separator, maxSplits: maximum == .max ? .max : maximum - 1).map { field in
      String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  private static let table = """
    Printing > Toner cartridges
      title: toner cartridge; toner cartridges; toner; print cartridge toner
      has: black_toner_page_yield; colour_toner_page_yield
    Printing > Ink cartridges
      title: ink cartridge; ink cartridges; inkjet cartridge; ink; print cartridge; print cartridges; printhead
      title: print head; singlepack; multipack
      has: ink_type
    Printing > Drums and printer parts
      title: drum; imaging unit; fuser; fuser unit; transfer belt; transfer kit; transfer roller
      title: maintenance kit; developer; developer unit; waste toner; photoconductor; imaging kit; roller kit; staples
      title: staple cartridge; printer roller; roller; paper tray; input tray; sheet feeder; cleaning cartridge
      title: image transfer; belt unit; tray
      has: oem_code
    Printing > Ribbons and label tapes
      title: ribbon; printer ribbon; label making tape; label tape; thermal transfer ribbon; laminated tape
    Printing > Labels
      title: labels; label; printer label; self adhesive label
      has: labels_per_pack
    Printing > Paper and print media
      title: photo paper; printing paper; paper; large format media; print media; film; envelope; envelopes
      title: canvas; transparency; transparencies; vinyl; index card; banner
      has: media_sheets_per_package; media_weight; media_weight
    Computers > Notebook bags and cases
      title: notebook case; notebook cases; laptop bag; laptop case; notebook bag; notebook sleeve; sleeve case
      title: backpack; backpack case; messenger case; messenger bag; briefcase; trolley case; carrying case
      title: sleeve; toploader; carry case
      has: case_type
    Computers > Chargers and power adapters
      title: power adapter inverter; adapter inverter; power adapter; ac adapter; car charger
      title: mobile device charger; battery charger; charger; wall charger; inverter
    Computers > Batteries
      title: battery; rechargeable battery; batteries; ups battery; notebook battery; spare battery
      has: battery_type; battery_capacity__mah_
    Computers > Docking stations and ports
      title: docking station; port replicator; notebook dock; dock; docking
    Computers > Notebook accessories
      title: notebook spare part; notebook stand; notebook cooling pad; cable lock; lock; laptop lock
      title: notebook lock; laptop internal; laptop cooler; laptop cooling; laptop ram
    Photo and video > Projector accessories
      title: projector lamp; projection lamp; projection screen; projector mount; projector accessory; lamp
      title: lens projector; projection lens; projector extension; projector extension pole; projector ceiling
      has: lamp_life
    Photo and video > Projectors
      title: projector; data projector; desktop projector; videoprojector
      has: projector_brightness; projector_brightness
    Photo and video > Camera accessories
      title: camera lens; camera filter; lens; slr lens; lens adapter; lens hood; tripod; camera flash
      title: camera case; camera kit; filter; camera cable; conversion lens; viewfinder; lens cap; flash
      title: memory card reader; ring light; camera strap; underwater case; camera battery; camera mount; light meter
      title: camera lens filter; camera housing; underwater camera housing; camera pod; camera bag
      has: filter_size; filter_diameter; lens_structure__elements_groups_; lens_structure
    Photo and video > Camcorders
      title: camcorder; handheld camcorder; action sports camera; camcorders
    Photo and video > Security cameras and webcams
      title: webcam; security camera; ip camera; surveillance camera; network camera; dome; security cctv; cctv
      title: video server; dvr
    Photo and video > Cameras
      title: camera; compact camera; slr; digital camera; slr camera; coolpix; powershot; cyber shot; film camera
      has: camera_resolution
    Components > Processors
      type: Processor
      title: processor; xeon; pentium; celeron; opteron; cpu; athlon; core i7 processor
    Computers > Notebooks
      type: Notebook; Netbook; Chromebook; Mobile workstation; Hybrid (2-in-1)
      title: notebook; netbook; chromebook; hybrid; tablet pc; mobile workstation; ultrabook; laptop; thinkpad
      title: macbook
    Computers > Tablets
      title: tablet; ipad; galaxy tab; digital writer; graphic tablet
    Computers > Thin clients
      title: thin client; zero client
    Components > Memory
      title: memory module; memory; sdram; dimm; sodimm; so dimm; ecc memory; fb dimm; ram
      has: memory_layout; buffered_memory_type
    Storage > Hard drives
      type: HDD
      title: internal hard drive; hard drive; hard disk; external hard drive; hdd enclosure
    Storage > Solid-state drives
      title: solid state drive; internal solid state drive; ssd drive; nvme
    Storage > Memory cards and USB drives
      title: memory card; usb flash drive; flash memory; microsd; microsdhc; sdhc; compactflash; sd card
      title: usb drive; card reader; memory stick; secure digital; store n go; flash drive; datatraveler
    Storage > Backup tapes and drives
      type: LTO
      title: lto; data cartridge; tape drive; tape array; backup storage media; blank data tape; tape library
      title: autoloader; tape cartridge; tape; ultrium; data tape; tape auto loader
    Storage > Discs and optical drives
      title: cd r; cd rw; dvd r; dvd rw; blu ray disc; blank; dvd ram; bd r; bd re; cd; optical disc drive
      title: optical drive; dvd writer; disc; dvd rom; disks; floppy; dvd; jewel case; media case; optical disc
      has: optical_drive_type
    Storage > Network storage and arrays
      type: RAID
      title: nas; disk array; storage server; san; storage enclosure; drive cage; drive bay; drive enclosure
      title: drive tray; drive dock; hard drive enclosure; storage drive enclosure; raid controller; raid
      title: hdd caddy; hot swap; hard drive carrier; hdd carrier; hard drive frame
    Power > Uninterruptible power supplies
      title: uninterruptible power supply; ups; smart ups; uninterruptible
      has: backup_time_at_half_load; ups_topology
    Power > Power distribution
      title: power distribution unit; pdu; ats; rack pdu; transfer switch; power distribution
    Power > Surge protectors
      title: surge protector; surge; power strip; surge arrest; power extension; ac outlet; outlets; power bank
      title: surgearrest; power outlet
      has: surge_energy_rating
    Power > Power supplies
      title: power supply unit; power supply; psu; power module; redundant power; voltage regulator
      title: line conditioner; voltage
      has: power_supply_type
    Networking > Network cards
      type: Network Interface Card
      title: network interface card; networking card; ethernet card; network card; wireless adapter
      title: network adapter; host bus adapter; pcmcia modem; modem; wlan; network interface
    Networking > KVM switches and extenders
      title: kvm switch; kvm; kvm cable; console extender; console; console server; av extender; kvm extender
      title: lcd console
    Networking > Access points and routers
      title: access point; router; gateway; wireless router; wlan access point; powerline; network antenna
      title: antenna; repeater; network management; firewall; wireless controller; network repeater; bridge; dsl
      title: range extender
    Networking > Transceivers and media converters
      title: transceiver; media converter; network media converter; sfp; gbic; sfp module; network transceiver
      title: serial server; print server; transceiver module; receiver module; device server; serial to
    Networking > Network switches
      title: network switch; switch; hub; ethernet switch; switch module; network switch module; usb hub
      title: switch component; interface hub; managed
      has: switch_type
    Networking > Patch panels and wiring
      title: patch panel; keystone; wall plate; face plate; outlet box; wall jack; keystone jack; rj 45; jack
      title: cable tester; crimping; crimp; crimper; punch; network analyser; cable preparation; tester
      title: faceplate; modular plug; wire connector; fiber optic connector; connectors
    Cables > Network cables
      title: patch cable; networking cable; patch cord; cat5e; cat6; cat5; cat 5e; cat 6; cat 5; cat6a; utp
      title: crossover; network cable; ethernet cable; cat; utp cable; stp; s ftp
      has: cable_standard
    Cables > Fibre-optic cables
      title: fiber optic cable; fibre optic cable; fiber patch; fiber; fibre; fibre optic; duplex; multimode
      title: lc lc; infiniband; infiniband cable
    Cables > Video cables
      title: hdmi cable; vga cable; dvi cable; displayport; video cable; hdmi; vga; dvi; dvi d; dvi i; s video
      title: d sub; monitor cable; coaxial; coax; coaxial cable; component video; scart; video splitter
      title: video converter; video signal converter; video switch; composite; hd15
    Cables > Audio cables
      title: audio cable; audio video cable; rca; speaker cable; stereo cable; toslink; mm stereo; xlr; audio
      title: speaker wire; phone cable; telephony cable; telephone cable; rj11; audio adapter
      title: telephony splitter; telephone adapter
    Cables > USB and FireWire cables
      title: usb cable; firewire; firewire cable; usb extension; ieee 1394; usb a; usb 2 0 cable; usb 3 0
      title: lightning; usb c; micro usb
    Cables > Power cables
      title: power cable; power cord; power lead; c13; power extension cable; iec320; extension cord
      title: electrical power plug; power plug
    Cables > Serial, parallel and SCSI cables
      title: serial cable; parallel cable; scsi; db9; db25; null modem; serial; scsi cable; sata cable; sata
      title: ide; ribbon cable; parallel; db37; ps 2; ps 2 cable; sas; mini sas; signal cable; console cable
      title: printer cable; internal cable
    Cables > Cable management
      title: cable tie; cable ties; cable management; cable tray; raceway; cable organizer; cable clamp
      title: wire management; cable duct; cable organiser; cable holder; cable guard; cable cover; velcro; cable
    Components > Motherboards
      type: Desktop Board; Server/Workstation Board
      title: motherboard; mainboard; desktop board; server board; workstation board
      title: server workstation motherboard
      has: motherboard_chipset
    Components > Graphics cards
      title: graphics card; geforce; radeon; quadro; firepro; video card; matrox
      has: graphics_processor
    Components > Sound, capture and interface cards
      title: interface cards adapter; interface cards; interface card; sound card; sound blaster; capture card
      title: pci card; adapter card; i o card; controller card; tv tuner; video capture; slot expander
      title: interface adapter; expresscard; pci; pci express; pcie; pcmcia; video capturing device; riser card; riser
      title: soundcard; tv card
    Components > Cooling and fans
      type: Fan
      title: cooler; fan; heatsink; heat sink; cooling; thermal; hardware cooling; computer cooling component
      title: liquid cooling; fan tray; thermal paste; radiator; fans; cooling accessory
    Components > Cases and mounting
      title: computer case; computer case part; midi tower; mini tower; full tower; chassis; bezel; front panel
      title: mounting bracket; bracket; drive bay panel; slot; mounting kit; case
      has: supported_motherboard_form_factors
    Computers > Servers
      title: server; server barebone; proliant; poweredge; blade server; barebone; supermicro
      title: server barebone lga; blade
    Computers > Desktop PCs
      type: PC; Workstation; All-in-One PC; Mini PC (<= 3L) barebone; Mini PC (<= 3L)
      title: desktop; pc; workstation; all in one; all in one pc; all in one workstation; pc workstation; tower
      title: mini pc; thinkcentre; barebones; small form factor
      has: chassis_type
    Printing > Printers
      title: laser printer; laser; inkjet printer; inkjet; multifunctional; mfp; printer; laserjet; dot matrix
      title: dot matrix printer; label printer; large format printer; multifunction; officejet; deskjet
      title: photosmart; all in one printer; photo printer; fax; fax machine; pos printer; thermal printer
      title: thermal; thermal inkjet; printing; pixma; 3d printer; designjet
      has: print_technology; printing_colours; print_speed__black__normal_quality__a4_us_letter_
    Printing > Scanners
      title: scanner; flatbed; document scanner; bar code reader; barcode; bar code; film scanner; scanners
      has: maximum_scan_area; optical_scanning_resolution
    Displays > Monitors
      title: computer monitor; monitor; pixels lcd; led display; public display; touchscreen monitor
      title: lcd monitor; flat panel; signage display; flatron; syncmaster
      has: response_time
    Displays > Televisions
      title: led tv; lcd tv; television; tv; plasma tv; plasma panel; smart tv; hospitality tv; bravia; plasma
      title: iptv; tv receiver; set top box; dvb t; tv set
    Displays > Mounts and stands
      title: flat screen desk mount; flat screen wall mount; flat panel desk mount; flat panel wall mount
      title: flat panel ceiling mount; wall mount; ceiling mount; mount; stand; flat panel floorstand
      title: tv cart; tv stand; tv mount
      title: flat panel mount; monitor mount; floor stand; desk mount; multimedia cart; monitor arm; arm; vesa; mounting
      has: mounting_interface
    Displays > Screen protection
      title: privacy filter; display privacy filter; display privacy filters; screen protector
      title: anti glare screen filter; screen protectors; glare filter; monitor accessory; screen protection
      title: privacy screen; laptop privacy screen; monitor privacy screen
    Networking > Racks and cabinets
      title: rack; rack cabinet; cabinet; rack accessory; wall mounted rack; freestanding rack; rack shelf
      title: rack console; shelf; rack mount; server rack; netshelter; rack rail; rails; blanking panel; blanking
      title: rackmount
      has: rack_capacity
    Peripherals > Keyboards and mice
      type: Keyboard cover
      title: keyboard; mouse; mouse pad; laser mouse; optical mouse; wireless mouse; notebook mouse; mice
      title: keyboard mouse; trackball; presenter; wireless presenter
      title: wrist rest; remote control; input device accessory; keyboard cover; numeric keypad; keypad; mousepad
      title: pointer; pen; stylus; stylus pen; touchpad; keycap; keyboards; remote; laser pointer; input device
      has: keyboard_layout
    Peripherals > Game controllers
      title: joystick; gamepad; game controller; gaming control; steering wheel; game; nintendo; playstation
      title: xbox; wii; video game; game console
    Audio > Headphones and headsets
      type: Headphones; Headset
      title: headphones; headset; earphones; headphone; earbuds; in ear; binaural; monaural; headsets
      title: headset accessory; ear cushion; headphone headset accessory
    Audio > Speakers
      type: Stereo portable speaker
      title: speaker; speakers; loudspeaker; loudspeakers; subwoofer; soundbar; speaker set; docking speaker
      title: soundbar speaker; home cinema; home cinema system; home theatre; portable speaker; speaker mount
      title: public address; conference
    Audio > Players and radios
      title: mp3 player; mp4 player; mp3; mp4; ipod; radio; cd player; dvd player; blu ray player; micro system
      title: hi fi; receiver; av receiver; amplifier; media player; clock radio; mini system; audio system
      title: turntable; digital media player; portable player; walkman; cassette; dictaphone; voice recorder
      title: dvd recorder; recorder; blu ray; audio amplifier; microphone; home audio; midi; digital media receiver
      title: transmitter; av transmitter; media receiver
    Phones > Telephones
      title: telephone; ip phone; dect telephone; dect; cordless phone; voip; phone; analog telephone
      title: conference phone; ip telephone; video conferencing; conferencing; answering machine; skype; voip phone
      title: teleconferencing; answering
    Phones > Mobile phones
      title: smartphone; mobile phone; galaxy s; iphone; nokia; cell phone; pda; handheld mobile computer
      title: handheld computer; lumia; pda case; mobile computer
    Phones > Mobile accessories
      title: mobile phone case; tablet case; phone case; cover; pouch; folio; holder; car kit
      title: mobile phone skin; skin; iphone case; cradle; passive holder; active holder; mobile device
      title: e book reader case; tablet security enclosure; tablet stand
      title: protective case; armband; folio case; peripheral device case; equipment case; equipment case
      title: briefcase
    Phones > Navigation
      title: navigator; gps; navigation; gps tracker; garmin; tomtom
    Office > Calculators
      type: Scientific calculator
      title: calculator; desktop calculator; pocket calculator
    Office > Filing and desk supplies
      title: binder; folder; stapler; paper clip; notebook paper; whiteboard; board; file; filing; laminator
      title: laminating; paper shredder; shredder; binding; desk; storage box; marker; highlighter; pencil
      title: adhesive; adhesive tape; self adhesive; hole punch; paper cutter; archive; sign holder; flipchart
      title: stamp; easel; letter tray; name badge; dispenser; footrest; storage; pocket; divider; badge; tab
      title: glue; staple; staples pack; cleaning; cleaner; compressed air; duster; wipes; cash; drawer
      title: furniture; chair; note; cpu holder; cd wallet; signaling; eraser; sticker; stickers; decorative
      title: decorative sticker; hook; clip; id card; safe; cash box; money; ruler; scissors; hole; pads; rubber
      title: tool; tools; tool kit; toolkit; screw; screws; screwdriver; cart; flag; trolley
      has: paper_size
    Services > Software and licences
      title: software; licence; license; windows server; antivirus; office 2010; edition; upgrade; lic
      title: microsoft; subscription; academic; licenses; adobe
      has: license_quantity; software_license_quantity; license_type
    Services > Warranties and support
      type: On-site; Pick-up&return
      title: warranty; support; service; carepack; care pack; care; year; next business day; installation
      title: maintenance; onsite; extension warranty; on site; years; assistance; extended; training
      title: implementation; startup; start up
    Home > Coffee machines
      type: Drip coffee maker; Pod coffee machine; Espresso machine
      title: coffee maker; espresso machine; coffee machine; coffee; senseo; espresso; drip coffee maker
    Home > Kitchen appliances
      title: blender; mixer; toaster; kettle; oven; refrigerator; fridge; freezer; hob; cooker; microwave
      title: dishwasher; food processor; juice; juicer; juice maker; toaster oven; fryer; deep fryer; slicer
      title: hand blender; cooker hood; grill; waffle; steamer; pan; ice cream; sandwich; kitchen scale
      title: extractor; stove; rice cooker; knife; water filter; cup; mug; bottle; popcorn; kitchen; food; bread
      title: barbecue; hobs; wine cooler; cookware; dish; bowl; thermos; pot; fondue; contact grill
    Home > Cleaning and laundry
      title: vacuum cleaner; vacuum; washing machine; dryer; iron; tumble dryer; steam iron; dust bag; ironing
      title: vacuums; steam ironing; steam ironing station; washer; pressure washer; clothes; fabric shaver
      title: steam cleaner
    Home > Personal care
      type: Nail polish set
      title: shaver; toothbrush; hair dryer; hair clipper; epilator; trimmer; hair; curling; razor; beauty
      title: massager; toothbrush head; men s shaver; straightener; beard; hair stylers; hair styler; scale
      title: blood pressure; thermometer; shaver accessory; nail; breast pump; baby; bottle warmer; feeding
      title: manicure; personal scale; make up; hot air brush; nail polish; grooming; skin care
    Home > Heating, air and lighting
      title: fan heater; heater; air conditioner; humidifier; purifier; light bulb; led lamp; bulb; lighting
      title: lightbulb; flashlight; torch; table lamp; spotlight; lantern; led light; suspension lighting
      title: wall lighting; ceiling lighting; fluorescent; energy saving lamp; light; lights; air; halogen; clock
      title: wall clock; luminaire; alarm clock; luminaires; weather station; smoke; alarm; dehumidifier
      title: string light
      has: luminous_flux; fitting_cap_type
    Home > Toys and leisure
      type: Jigsaw puzzle; Doll clothes set; Toy animals
      title: toy; toys; puzzle; jigsaw; doll; lego; play; playmobil; board game; plush; telescope; binocular
      title: binoculars; microscope; bicycle; bike; football; ball; balls; watch; wrist watch; party; balloon
      title: balloons; kids; children; musical; guitar; piano; figure; jewelry; craft; paint; learning; camping
      title: pool; luggage; travel; bag; bags; umbrella; wallet; sport; fishing; costume; creative; painting
      title: clay; backpacks; suitcase
      has: recommended_gender; recommended_age__min_
    Cables > Adapters and gender changers
      title: adapter; cable adapter; gender changer; cable interface gender adapter; cable gender changer
      title: coupler; splitter; converter; connector; m m; m f; f f; splitters; cable splitter or combiner
      title: terminator; cable adaptor; adaptor; plug
      has: connector_1; connector_gender
    """
}
