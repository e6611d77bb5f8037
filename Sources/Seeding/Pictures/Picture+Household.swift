extension Picture {
  static let household: [String: Drawing] = [
    "towel": Drawing([]) { c in
      c.ground(200, 328, 150)
      for (index, y) in [264, 206, 148].enumerated() {
        c.body(
          "M72 \(y)Q72 \(y - 10) 84 \(y - 10)H308Q334 \(y - 8) 334 \(y + 20)Q334 \(y + 48) 308 \(y + 50)H84Q72 \(y + 50) 72 \(y + 40)Z"
        )
        c.line("M80 \(y + 20)H310M96 \(y - 10)V\(y + 50)M106 \(y - 10)V\(y + 50)", width: index == 2 ? "1.8" : "1.2")
      }
      c.gleam("M80 142H300Q200 148 80 152Z", opacity: ".5")
    },
    "bedding": Drawing([]) { c in
      c.ground(200, 326, 170)
      c.body("M50 236Q44 196 80 190H320Q356 196 350 236V290Q344 318 316 318H84Q56 318 50 290Z")
      c.line("M52 256Q200 274 348 256M54 284Q200 302 346 284", width: "1.6")
      c.body("M86 128Q200 108 314 128Q334 160 316 196Q200 212 84 196Q66 160 86 128Z", fill: "#fbfaf6")
      c.body("M106 96Q200 78 294 96Q312 120 296 146Q200 160 104 146Q88 120 106 96Z")
      c.line("M118 106Q200 92 282 106", width: "1.4")
    },
    "throw": Drawing([]) { c in
      c.ground(200, 332, 140)
      c.body("M82 96Q200 76 318 96L330 300Q200 322 70 300Z")
      c.line("M140 90L132 308M204 86V314M264 90L272 308", width: "1.4")
      let fringe = stride(from: 76, through: 326, by: 10).map { "M\($0) 304v22" }.joined()
      c.line(fringe, c.tint.css, width: "4")
    },
    "curtain": Drawing([]) { c in
      c.line("M34 62H366", "#8e6238", width: "9")
      c.disc(32, 62, 11, "#8e6238"); c.disc(368, 62, 11, "#8e6238")
      c.part("M120 70H280V340H120Z", "#f3f6f8")
      c.bothSides {
        $0.body("M50 66H164Q170 190 128 250Q150 300 156 352H50Z")
        $0.line(
          "M72 70V350M96 70Q104 200 92 350M120 70Q128 190 106 250Q124 300 128 350M144 70Q150 170 116 250", width: "1.6")
        $0.line("M58 246L130 252", $0.shade, width: "9")
      }
    },
    "candle": Drawing([]) { c in
      c.oval(200, 90, 120, 120, Canvas.glow)
      c.ground(200, 336, 100)
      c.body("M112 150H288V308Q288 330 266 330H134Q112 330 112 308Z")
      c.oval(200, 150, 88, 18, c.highlight)
      c.line("M200 152V122", "#3a3a3f", width: "4")
      c.part("M200 56Q228 96 200 128Q172 96 200 56Z", "#f5a623")
      c.part("M200 84Q214 106 200 126Q186 106 200 84Z", "#fff1bf")
      c.box(144, 210, 112, 72, round: 3, "#fbfaf5")
      c.line("M164 234H236M176 256H224", "#6b6a63", width: "5")
    },
    "vase": Drawing([]) { c in
      c.ground(200, 350, 90)
      c.line("M196 150Q180 90 150 60M202 150Q206 80 214 44M206 150Q230 100 262 80", "#6a994e", width: "5")
      for (x, y, colour) in [(148, 58, "#e8a0a8"), (214, 42, "#f2c879"), (264, 78, "#e8836b")] {
        c.disc(x, y, 20, colour); c.disc(x, y, 8, "#fff1bf")
      }
      c.body("M168 140H232Q228 180 262 230Q284 300 240 346H160Q116 300 138 230Q172 180 168 140Z")
      c.oval(200, 140, 32, 8, c.edge)
      c.gleam("M150 240Q172 196 178 156Q190 200 160 250Q146 290 164 330Q132 290 150 240Z", opacity: ".3")
    },
    "plant": Drawing([]) { c in
      c.ground(200, 352, 100)
      for (path, colour) in [
        ("M200 250Q110 210 96 110Q180 130 200 250Z", "#4f7f4a"),
        ("M200 250Q290 210 304 110Q220 130 200 250Z", "#5d9156"),
        ("M200 250Q150 150 200 50Q250 150 200 250Z", "#6fa566"),
        ("M200 256Q100 260 66 190Q150 180 200 256Z", "#6fa566"),
        ("M200 256Q300 260 334 190Q250 180 200 256Z", "#4f7f4a"),
      ] { c.part(path, colour) }
      c.line("M200 240V80M196 244Q140 190 108 124M204 244Q260 190 292 124", "#3d6b3b", width: "2")
      c.body("M120 240H280L262 340Q260 350 248 350H152Q140 350 138 340Z")
      c.body("M110 232H290V258H110Z")
      c.gleam("M130 262H150L162 342H152Z", opacity: ".3")
    },
    "clock": Drawing([]) { c in
      c.disc(207, 212, 136, "#b9bdc4")
      c.disc(200, 200, 136, Canvas.body)
      c.disc(200, 200, 116, "#fbfaf6")
      for (x, y) in [
        (200, 100), (250, 113), (287, 150), (300, 200), (287, 250), (250, 287), (200, 300), (150, 287), (113, 250),
        (100, 200), (113, 150), (150, 113),
      ] { c.disc(x, y, 5, "#3a3a3f") }
      c.line("M200 200L150 150", "#26282b", width: "8")
      c.line("M200 200L268 150", "#26282b", width: "5")
      c.line("M200 220L200 110", "#c8553d", width: "2.4")
      c.disc(200, 200, 8, "#26282b")
    },
    "frame": Drawing([]) { c in
      c.body("M92 56H308V344H92Z")
      c.box(108, 72, 184, 256, round: 1, "#fbfaf6")
      c.box(134, 104, 132, 192, round: 1, "#dfe7ee")
      c.part("M134 296V230Q170 190 200 226T266 206V296Z", "#7f9a83")
      c.disc(226, 150, 22, "#f2c879")
    },
    "basket": Drawing([]) { c in
      c.ground(200, 332, 140)
      c.bothSides { $0.line("M96 160Q84 110 122 108", $0.edge, width: "11") }
      c.body("M74 152H326L298 312Q296 326 280 326H120Q104 326 102 312Z")
      for y in stride(from: 170, to: 320, by: 18) {
        c.line("M\(78 + (y - 152) / 6) \(y)H\(322 - (y - 152) / 6)", width: "2", dash: "15 7")
      }
      c.oval(200, 152, 126, 20, c.shade)
    },
    "vacuum": Drawing(["robot"]) { c in
      if c.has("robot") {
        c.ground(200, 290, 170)
        c.oval(200, 250, 160, 62, c.shade)
        c.oval(200, 226, 160, 64, Canvas.body)
        c.oval(200, 214, 62, 24, c.highlight)
        c.oval(200, 208, 44, 16, "#24272c")
        c.disc(200, 262, 7, "#57d98c")
        return
      }
      c.ground(190, 354, 140)
      c.line("M262 70L172 318", "#9aa0a8", width: "13")
      c.body("M96 322H240Q254 324 254 350H84Q84 326 96 322Z", fill: Canvas.graphite)
      c.placed("rotate(20 262 120)") {
        $0.body("M228 90H296V220Q292 240 262 240Q232 240 228 220Z")
        $0.box(240, 130, 44, 84, round: 10, "#dfe9ef")
        $0.line("M262 90V50Q262 36 286 40L312 60Q322 90 296 108", "#3a3e45", width: "13")
      }
    },
    "heater": Drawing(["fan"]) { c in
      c.ground(200, 352, 100)
      if c.has("fan") {
        c.line("M200 250V336", "#9aa0a8", width: "13")
        c.body("M136 336Q200 322 264 336L268 350H132Z", fill: Canvas.metal)
        c.disc(200, 162, 112, "#fbfaf6")
        for turn in [0, 120, 240] {
          c.placed("rotate(\(turn) 200 162)") { $0.part("M200 162Q150 120 176 66Q226 80 200 162Z", $0.tint.css) }
        }
        for radius in [112, 86, 58] { c.ring(200, 162, radius, "#8b9199", width: "2.4") }
        c.disc(200, 162, 19, c.shade)
      } else {
        c.body("M96 110Q96 96 110 96H290Q304 96 304 110V316Q304 330 290 330H110Q96 330 96 316Z")
        for x in stride(from: 122, to: 290, by: 24) { c.line("M\(x) 114V312", width: "5") }
        c.bothSides { $0.line("M122 330V350", "#3a3e45", width: "11") }
      }
    },
    "iron": Drawing([]) { c in
      c.ground(200, 316, 160)
      c.line("M150 190Q160 116 250 116Q318 120 316 190", "#26282b", width: "25")
      c.body("M42 290Q80 190 200 182H320Q346 186 350 290Z")
      c.body("M34 286H354V308H34Q26 298 34 286Z", fill: Canvas.metal)
      c.part("M210 200H318L326 262H180Z", "#dfe9ef", opacity: ".75")
      c.disc(160, 236, 17, c.contrast)
    },
    "drill": Drawing([]) { c in
      c.ground(230, 350, 100)
      c.line("M20 142H90", "#9aa0a8", width: "9")
      c.body("M84 118H130V166H84Z", fill: Canvas.graphite)
      c.body("M128 96H300Q330 100 330 142Q330 186 300 188H128Z")
      c.body("M226 186H300L322 296H250Z", fill: Canvas.graphite)
      c.body("M226 292H350V340Q350 350 338 350H238Q226 350 226 340Z")
      c.part("M206 190h26l8 34q-24 4-34-34z", "#26282b")
      c.line("M250 118H312M250 134H312M250 150H312", width: "4")
      c.gleam("M136 104H290Q220 110 136 122Z", opacity: ".4")
    },
    "toolbox": Drawing([]) { c in
      c.ground(200, 332, 150)
      c.line("M136 150V104Q136 90 150 90H250Q264 90 264 104V150", "#26282b", width: "17")
      c.body("M56 154H344V312Q344 326 330 326H70Q56 326 56 312Z")
      c.body("M48 150H352V196H48Z")
      c.bothSides { $0.box(104, 184, 32, 40, round: 5, "#d4d8dd") }
      c.line("M70 250H330", width: "2")
    },
    "stationery": Drawing([]) { c in
      c.body("M90 70Q90 56 104 56H278Q292 56 292 70V330Q292 344 278 344H104Q90 344 90 330Z")
      c.part("M90 70Q90 56 104 56H122V344H104Q90 344 90 330Z", c.shade)
      c.line("M270 58V342", "#26282b", width: "6")
      c.box(150, 104, 92, 50, round: 3, "#fbfaf5")
      c.line("M340 60V300", "#c7ccd2", width: "15")
      c.part("M332 300H348L340 332Z", "#26282b")
      c.line("M340 60V100", c.tint.css, width: "15")
    },
  ]
}
