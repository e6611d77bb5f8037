extension Picture {
  static let furniture: [String: Drawing] = [
    "sofa": Drawing(["corner", "two"], drawSofa),
    "armchair": Drawing([]) { c in
      c.ground(200, 342, 140)
      c.bothSides { $0.line("M112 318L102 346", "#8e6238", width: "11") }
      c.body("M112 128Q112 74 200 72Q288 74 288 128V250H112Z")
      c.body(
        "M76 196Q78 168 106 170Q128 176 128 206V240H272V206Q272 176 294 170Q322 168 324 196V300Q322 326 300 326H100Q78 326 76 300Z"
      )
      c.body("M130 236Q200 222 270 236V280Q200 292 130 280Z")
      c.line("M150 110Q200 98 250 110", width: "1.6")
      c.disc(170, 160, 4, c.shade); c.disc(230, 160, 4, c.shade); c.disc(200, 130, 4, c.shade)
      c.gleam("M124 130Q128 92 180 84Q140 104 136 200Z", opacity: ".2")
    },
    "chair": Drawing(["office", "stool"], drawChair),
    "table": Drawing(["round", "coffee", "desk"], drawTable),
    "bed": Drawing([], drawBed),
    "mattress": Drawing([]) { c in
      c.ground(200, 296, 180)
      c.body("M40 190L130 140H360V226L280 290H40Z", fill: "#f4f2ec")
      c.part("M40 190L130 140H360L280 190Z", "#fff")
      c.line("M40 214H280L360 166M40 262H280L360 206", c.tint.css, width: "5")
      c.line(
        "M90 164L150 188M150 142L220 188M220 142L270 184M300 142L330 160M70 190L170 142M160 190L260 142M240 188L340 144",
        "#d9d5ca", width: "1.6")
    },
    "shelf": Drawing(["tall", "cabinet"], drawShelf),
    "wardrobe": Drawing([]) { c in
      c.ground(200, 362, 120)
      c.body("M96 44H304V352H96Z")
      c.line("M200 52V300M96 304H304M200 304V352", width: "2.4")
      c.bothSides { $0.line("M108 58H188V290H108Z", width: "1.5") }
      c.bothSides { $0.line("M188 160V196", "#c9a76a", width: "5") }
      c.line("M140 328h24M236 328h24", "#c9a76a", width: "5")
      c.gleam("M100 48H180L110 350H100Z", opacity: ".14")
    },
    "lamp": Drawing(["floor", "pendant", "desk"], drawLamp),
    "rug": Drawing(["round"]) { c in
      if c.has("round") {
        c.oval(206, 218, 160, 130, "#1b1f2a")
        c.oval(200, 208, 160, 130, Canvas.body)
        for scale in [134, 104, 72, 38] {
          c.placed("translate(200 208) scale(1 .81)") { $0.ring(0, 0, scale, $0.contrast, width: "6") }
        }
        return
      }
      c.placed("translate(200 205) rotate(-14) translate(-200 -205)") {
        $0.body("M84 80H316V330H84Z")
        $0.line("M98 94H302V316H98Z", $0.contrast, width: "5")
        $0.line("M200 122L268 205L200 288L132 205Z", $0.contrast, width: "6")
        $0.line("M200 158L238 205L200 252L162 205Z", $0.highlight, width: "6")
        let fringe = stride(from: 88, through: 314, by: 9).map { "M\($0) 80v-14M\($0) 330v14" }.joined()
        $0.line(fringe, "#e9e1cf", width: "3")
      }
    },
    "cushion": Drawing([]) { c in
      c.ground(200, 340, 140)
      c.body("M74 84Q200 112 326 84Q298 204 326 328Q200 300 74 328Q102 204 74 84Z")
      c.line("M86 96Q200 122 314 96Q290 204 314 316Q200 290 86 316Q110 204 86 96Z", width: "1.5")
      c.gleam("M92 104Q150 118 190 116Q120 190 112 290Q108 200 92 104Z", opacity: ".18")
    },
    "mirror": Drawing(["round"]) { c in
      if c.has("round") {
        c.disc(206, 208, 136, "#b9bdc4")
        c.disc(200, 200, 136, Canvas.body)
        c.disc(200, 200, 122, "#dfe7ee")
        c.gleam("M110 180Q120 110 190 88L130 280Q106 230 110 180Z", opacity: ".7")
        c.gleam("M206 86L236 90L166 312L148 306Z", opacity: ".5")
      } else {
        c.body("M112 40H288V360H112Z")
        c.box(126, 54, 148, 292, round: 2, "#dfe7ee")
        c.gleam("M126 54H216L126 280Z", opacity: ".7")
        c.gleam("M240 54H262L126 346V316Z", opacity: ".5")
      }
    },
  ]

  @Sendable private static func drawSofa(_ c: inout Canvas) {
    c.ground(200, 318, 190)
    c.bothSides { $0.line("M70 296L62 320", "#8e6238", width: "10") }
    c.body("M58 150Q58 120 90 118H310Q342 120 342 150V240H58Z")
    c.body(
      "M26 196Q28 170 54 170Q82 174 82 204V236H318V204Q318 174 346 170Q372 170 374 196V284Q372 304 350 304H50Q28 304 26 284Z"
    )
    let seats = c.has("two") ? [(84, 198), (202, 316)] : [(84, 160), (162, 238), (240, 316)]
    for (left, right) in seats {
      c.body("M\(left) 152Q\((left + right) / 2) 138 \(right) 152V232H\(left)Z")
      c.body("M\(left) 232Q\((left + right) / 2) 222 \(right) 232V266Q\((left + right) / 2) 274 \(left) 266Z")
    }
    if c.has("corner") {
      c.body("M240 238Q300 226 346 240L372 318Q372 332 356 332H262Q246 332 244 318Z")
      c.line("M250 286H366", width: "1.6")
    }
    c.body("M92 176L136 168L146 214L100 222Z", fill: c.contrast)
    c.gleam("M60 150Q62 128 92 124H300Q160 132 60 150Z", opacity: ".25")
  }

  @Sendable private static func drawChair(_ c: inout Canvas) {
    c.ground(200, 356, 110)
    if c.has("office") {
      c.line("M200 262V318M200 316L118 344M200 316L282 344M200 316V350", "#3a3e45", width: "11")
      for x in [118, 200, 282] { c.disc(x, 350, 9, "#24272c") }
      c.bothSides { $0.line("M132 236V186H108", "#3a3e45", width: "9") }
      c.body("M142 66Q200 46 258 66Q270 140 254 206H146Q130 140 142 66Z")
      c.body("M122 220Q200 206 278 220Q288 252 262 262H138Q112 252 122 220Z")
      c.line("M150 110Q200 96 250 110M148 150Q200 138 252 150", width: "1.6")
    } else if c.has("stool") {
      c.bothSides { $0.line("M152 150L120 350", "#a8753f", width: "11") }
      c.line("M134 270H266M128 310H272", "#8e6238", width: "7")
      c.body("M124 128Q200 110 276 128V146Q200 162 124 146Z")
      c.oval(200, 130, 76, 14, c.highlight)
    } else {
      c.bothSides { $0.line("M132 234L112 352", "#a8753f", width: "11") }
      c.bothSides { $0.line("M152 234L146 330", "#8e6238", width: "8") }
      c.body("M134 70Q200 50 266 70Q278 150 260 214H140Q122 150 134 70Z")
      c.body("M116 218Q200 202 284 218Q290 244 270 250H130Q110 244 116 218Z")
      c.gleam("M144 80Q170 70 190 68Q156 110 154 206Q134 150 144 80Z", opacity: ".2")
    }
  }

  @Sendable private static func drawTable(_ c: inout Canvas) {
    let top = c.has("coffee") ? 220 : 160
    c.ground(200, 340, 170)
    if c.has("round") {
      c.line("M200 \(top)V320", c.shade, width: "20")
      c.body("M130 326Q200 306 270 326L276 338H124Z")
      c.oval(200, top + 9, 150, 40, c.shade)
      c.oval(200, top, 150, 40, Canvas.body)
      c.gleam("M76 \(top - 6)Q120 \(top - 36) 210 \(top - 36)Q130 \(top - 20) 96 \(top + 14)Z", opacity: ".25")
    } else {
      c.bothSides { $0.line("M66 \(top + 20)L56 336", $0.shade, width: "12") }
      c.bothSides { $0.line("M112 \(top + 20)L108 312", $0.edge, width: "9") }
      c.body("M76 \(top - 30)H324L364 \(top + 10)H36Z")
      c.body("M36 \(top + 10)H364V\(top + 28)H36Z")
      if c.has("desk") {
        c.body("M230 \(top + 28)H350V\(top + 74)H230Z")
        c.line("M276 \(top + 52)h30", "#c9a76a", width: "5")
      }
      c.line("M96 \(top - 18)H300M70 \(top)H250", width: "1")
      if c.has("coffee") { c.line("M62 300H338", c.shade, width: "9") }
    }
  }

  @Sendable private static func drawBed(_ c: inout Canvas) {
    c.ground(200, 336, 190)
    c.body("M66 106Q200 78 334 106V240H66Z")
    c.line("M132 100V236M200 94V236M268 100V236", width: "1.5")
    c.body("M44 226H356V320H44Z")
    c.bothSides { $0.line("M62 318V342", "#6b4a2b", width: "13") }
    c.body("M54 208Q200 190 346 208L362 276Q200 292 38 276Z", fill: "#f7f5f0")
    c.bothSides { $0.body("M88 176Q136 160 184 178Q190 204 182 214Q134 220 86 212Z", fill: "#fff") }
    c.part("M46 240Q200 224 354 240L362 300Q200 314 38 300Z", c.highlight)
    c.line("M46 240Q200 224 354 240", width: "1.6")
  }

  @Sendable private static func drawShelf(_ c: inout Canvas) {
    if c.has("cabinet") {
      c.ground(200, 316, 180)
      c.bothSides { $0.line("M70 290L62 318", "#6b4a2b", width: "10") }
      c.body("M40 156H360V294H40Z")
      c.line("M146 160V290M254 160V290", width: "2.4")
      for x in [132, 160, 268] { c.disc(x, 224, 6, "#c9a76a") }
      c.gleam("M44 160H140L60 290H44Z", opacity: ".16")
      return
    }
    c.ground(200, 360, 120)
    c.body("M98 44H302V352H98Z")
    for y in [56, 130, 204, 278] { c.box(110, y, 180, 62, round: 1, c.shade) }
    let spines = ["#c8553d", "#2d5d7b", "#e9c46a", "#6a994e", "#f2e8cf", "#8d6b94"]
    for (index, colour) in spines.enumerated() {
      c.box(116 + index * 15, 66 + index % 3 * 5, 12, 52 - index % 3 * 5, round: 1, colour)
      c.box(196 + index * 14, 140 + (index + 1) % 3 * 6, 11, 52 - (index + 1) % 3 * 6, round: 1, spines[5 - index])
    }
    c.part("M132 266q-10-34 14-40q24 6 14 40z", "#e9e1cf")
    c.box(208, 232, 66, 34, round: 3, "#d9ac76")
    c.box(122, 298, 70, 42, round: 4, "#b98550")
    c.part("M240 340q-22-40-6-52q6 10 8 22q8-24 20-22q2 20-8 52z", "#6a994e")
  }

  @Sendable private static func drawLamp(_ c: inout Canvas) {
    c.oval(200, c.has("pendant") ? 260 : 150, 170, 140, Canvas.glow)
    if c.has("pendant") {
      c.line("M200 0V130", "#3a3e45", width: "4")
      c.body("M178 128H222L230 150Q300 180 312 262H88Q100 180 170 150Z")
      c.oval(200, 262, 112, 18, "#fff1bf")
      c.gleam("M112 250Q124 190 176 164Q140 196 136 252Z", opacity: ".3")
    } else if c.has("desk") {
      c.ground(190, 350, 110)
      c.line("M170 334L120 220L236 130", c.shade, width: "10")
      c.disc(120, 220, 11, c.edge)
      c.placed("rotate(-32 250 130)") {
        $0.body("M214 104H286L312 176H188Z"); $0.oval(250, 176, 62, 12, "#fff1bf")
      }
      c.body("M104 334Q170 316 236 334L240 348H100Z")
    } else {
      let foot = c.has("floor") ? 358 : 338
      c.ground(200, foot + 2, 100)
      if c.has("floor") {
        c.line("M200 150V350", "#c9a76a", width: "7")
        c.body("M148 350Q200 338 252 350L256 360H144Z", fill: Canvas.wood)
        c.body("M150 48H250L284 156H116Z")
        c.oval(200, 156, 84, 11, "#fff1bf")
      } else {
        c.body("M176 196H224Q262 250 236 322Q200 334 164 322Q138 250 176 196Z", fill: Canvas.wood)
        c.body("M144 326H256V340H144Z", fill: Canvas.wood)
        c.body("M142 70H258L300 200H100Z")
        c.oval(200, 200, 100, 13, "#fff1bf")
      }
      c.gleam(c.has("floor") ? "M154 56H180L150 150H128Z" : "M148 78H176L140 192H114Z", opacity: ".3")
    }
  }
}
