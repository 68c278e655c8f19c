// Interactive view of the visits in 3D: WebGL without any library; nothing is loaded from anywhere.
(function () {
  "use strict";

  const root = document.getElementById("viewer3d");
  const data = JSON.parse(document.getElementById("viewer3d-data").textContent);
  const canvas = root.querySelector("canvas");
  const overlay = root.querySelector(".viewer-overlay");
  const slider = root.querySelector("input[type=range]");
  const visitButtons = Array.from(root.querySelectorAll("[data-visit]"));
  const presetButtons = Array.from(root.querySelectorAll("[data-preset]"));
  const partSwitches = Array.from(root.querySelectorAll("[data-part]"));
  const remark = root.querySelector(".viewer-remark");
  const wantsNoMotion = window.matchMedia("(prefers-reduced-motion: reduce)");

  const BAR_MM = 20;
  const ROOM_AROUND = 1.3;
  const STEP_DEGREES = 10;
  const TURN_MILLISECONDS = 350;
  const lateral = data.side === "right" ? 1 : -1;
  // Turn about the body's long axis (0 = anterior, 90 = the patient's right) and height of the viewer, in degrees.
  const PRESETS = {
    anterior: [0, 0], posterior: [180, 0], superior: [180, 90], lateral: [90 * lateral, 0], medial: [-90 * lateral, 0],
  };
  const DIRECTIONS = {
    superior: [0, 0, 1], inferior: [0, 0, -1], anterior: [0, 1, 0], posterior: [0, -1, 0],
    lateral: [lateral, 0, 0], medial: [-lateral, 0, 0],
  };
  const START = [25 * lateral, 18];

  const view = { turn: START[0], height: START[1], zoom: 1, visit: Number(slider.value) };
  const hidden = new Set(partSwitches.filter((box) => !box.checked).flatMap((box) => box.dataset.part.split(" ")));
  let gl = null;
  let program = null;
  let parts = [];
  let isWaiting = false;
  let turning = 0;

  const VERTEX = `
    attribute vec3 position; attribute vec3 normal; uniform mat3 rotation; uniform vec2 scale; uniform float depth;
    varying vec3 seenNormal;
    void main() {
      vec3 seen = rotation * position;
      seenNormal = rotation * normal;
      gl_Position = vec4(seen.xy * scale, -seen.z * depth, 1.0);
    }`;
  const FRAGMENT = `
    precision mediump float;
    uniform vec4 color; uniform float lit; varying vec3 seenNormal;
    void main() {
      vec3 n = normalize(seenNormal) * (gl_FrontFacing ? 1.0 : -1.0);
      float light = 0.35 + 0.6 * max(dot(n, normalize(vec3(-0.35, 0.5, 1.0))), 0.0)
        + 0.32 * max(dot(n, normalize(vec3(0.5, -0.9, 0.5))), 0.0);
      gl_FragColor = vec4(color.rgb * mix(1.0, min(light, 1.08), lit), color.a);
    }`;

  function bytesOf(text) {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }

  function pointsOf(part) {
    const steps = new Uint16Array(bytesOf(part.points).buffer);
    return Float32Array.from(steps, (step, index) => part.low[index % 3] + step * part.step);
  }

  function normalsOf(points, triangles) {
    const normals = new Float32Array(points.length);
    for (let i = 0; i < triangles.length; i += 3) {
      const [a, b, c] = [3 * triangles[i], 3 * triangles[i + 1], 3 * triangles[i + 2]];
      const u = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]];
      const v = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]];
      const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
      for (const corner of [a, b, c]) {
        for (let k = 0; k < 3; k += 1) normals[corner + k] += n[k];
      }
    }
    return normals;
  }

  function bufferOf(target, values) {
    const buffer = gl.createBuffer();
    gl.bindBuffer(target, buffer);
    gl.bufferData(target, values, gl.STATIC_DRAW);
    return buffer;
  }

  function uploaded(part) {
    const points = pointsOf(part);
    const bytes = bytesOf(part.triangles).buffer;
    const triangles = part.isLarge ? new Uint32Array(bytes) : new Uint16Array(bytes);
    return {
      ...part, count: triangles.length, type: part.isLarge ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT,
      position: bufferOf(gl.ARRAY_BUFFER, points), normal: bufferOf(gl.ARRAY_BUFFER, normalsOf(points, triangles)),
      index: bufferOf(gl.ELEMENT_ARRAY_BUFFER, triangles),
    };
  }

  function compiled(kind, source) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    return shader;
  }

  function prepare() {
    // Kept for printing and for pictures of the page.
    gl = canvas.getContext("webgl", { alpha: false, antialias: true, preserveDrawingBuffer: true });
    if (gl === null) return false;
    gl.getExtension("OES_element_index_uint");
    program = gl.createProgram();
    gl.attachShader(program, compiled(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compiled(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return false;
    gl.useProgram(program);
    gl.enable(gl.DEPTH_TEST);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(1, 1, 1, 1);
    parts = data.visits.map((visit) => visit.parts.map(uploaded));
    return true;
  }

  // Rows: right, up and toward the viewer, in the patient's R, A, S.
  function rotationOf(turnDegrees, heightDegrees) {
    const [turn, height] = [turnDegrees * Math.PI / 180, heightDegrees * Math.PI / 180];
    const [s, c, sh, ch] = [Math.sin(turn), Math.cos(turn), Math.sin(height), Math.cos(height)];
    return [[-c, s, 0], [-s * sh, -c * sh, ch], [s * ch, c * ch, sh]];
  }

  function seen(rotation, point) {
    return rotation.map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2]);
  }

  function draw() {
    isWaiting = false;
    const sharpness = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = Math.round(width * sharpness);
    canvas.height = Math.round(height * sharpness);
    const rotation = rotationOf(view.turn, view.height);
    const pixelsPerMm = view.zoom * Math.min(width, height) / (2 * ROOM_AROUND * data.radius);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const place = (name) => gl.getUniformLocation(program, name);
    const columns = [0, 1, 2].flatMap((column) => rotation.map((row) => row[column]));
    gl.uniformMatrix3fv(place("rotation"), false, columns);
    gl.uniform2f(place("scale"), 2 * pixelsPerMm / width, 2 * pixelsPerMm / height);
    gl.uniform1f(place("depth"), 1 / (2 * data.radius));
    drawParts(parts[view.visit].filter((part) => !hidden.has(part.key)));
    drawWords(rotation, pixelsPerMm, width, height);
  }

  // Opaque parts first; then far sides from outside in and near sides from inside out.
  function drawParts(shown) {
    gl.disable(gl.BLEND);
    gl.depthMask(true);
    gl.disable(gl.CULL_FACE);
    shown.filter((part) => part.near >= 1).forEach((part) => drawPart(part, 1));
    gl.enable(gl.BLEND);
    gl.depthMask(false);
    gl.enable(gl.CULL_FACE);
    const translucent = shown.filter((part) => part.near < 1);
    gl.cullFace(gl.FRONT);
    translucent.slice().reverse().forEach((part) => drawPart(part, part.far));
    gl.cullFace(gl.BACK);
    translucent.filter((part) => part.near > 0).forEach((part) => drawPart(part, part.near));
    gl.depthMask(true);
  }

  function drawPart(part, opacity) {
    const place = (name) => gl.getUniformLocation(program, name);
    gl.uniform4f(place("color"), part.color[0] / 255, part.color[1] / 255, part.color[2] / 255, opacity);
    gl.uniform1f(place("lit"), part.near > 0 ? 1 : 0);
    for (const name of ["position", "normal"]) {
      const attribute = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, part[name]);
      gl.enableVertexAttribArray(attribute);
      gl.vertexAttribPointer(attribute, 3, gl.FLOAT, false, 0, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, part.index);
    gl.drawElements(gl.TRIANGLES, part.count, part.type, 0);
  }

  function drawWords(rotation, pixelsPerMm, width, height) {
    const reach = Math.min(1.1 * data.radius * pixelsPerMm, 0.5 * Math.min(width, height) - 18);
    for (const [word, direction] of Object.entries(DIRECTIONS)) {
      const label = overlay.querySelector(`[data-direction=${word}]`);
      const [right, up, toward] = seen(rotation, direction);
      const length = Math.hypot(right, up);
      // Hidden where it would be written across the body.
      label.hidden = length < 0.35 || toward < -0.4;
      const half = label.offsetWidth / 2 + 4;
      const beside = width / 2 + right * (reach + half * Math.abs(right));
      label.style.left = `${Math.min(Math.max(beside, half), width - half)}px`;
      label.style.top = `${height / 2 - up * (reach + 8)}px`;
    }
    overlay.querySelector(".viewer-bar").style.width = `${BAR_MM * pixelsPerMm}px`;
  }

  function request() {
    if (!isWaiting && gl !== null) {
      isWaiting = true;
      window.requestAnimationFrame(draw);
    }
  }

  function turnTo(turn, height) {
    turning += 1;
    const mine = turning;
    const from = [view.turn, view.height];
    const way = ((turn - from[0] + 540) % 360 + 360) % 360 - 180;
    const begin = performance.now();
    const step = (now) => {
      if (mine !== turning) return;
      const share = wantsNoMotion.matches ? 1 : Math.min(Math.max((now - begin) / TURN_MILLISECONDS, 0), 1);
      const eased = share * share * (3 - 2 * share);
      view.turn = from[0] + way * eased;
      view.height = from[1] + (height - from[1]) * eased;
      request();
      if (share < 1) window.requestAnimationFrame(step);
    };
    step(begin);
  }

  function turnBy(turn, height) {
    turning += 1;
    view.turn += turn;
    view.height = Math.min(Math.max(view.height + height, -90), 90);
    request();
  }

  function zoomBy(factor) {
    view.zoom = Math.min(Math.max(view.zoom * factor, 0.5), 6);
    request();
  }

  function reset() {
    view.zoom = 1;
    turnTo(START[0], START[1]);
  }

  function show(visit) {
    view.visit = Math.min(Math.max(visit, 0), data.visits.length - 1);
    slider.value = String(view.visit);
    const shown = data.visits[view.visit];
    slider.setAttribute("aria-valuetext", `${shown.name}: ${shown.onv}`);
    remark.textContent = shown.remark;
    visitButtons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === view.visit)));
    request();
  }

  const pointers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (last === undefined) return;
    const others = Array.from(pointers).filter(([identifier]) => identifier !== event.pointerId);
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (others.length === 0) {
      turnBy((event.clientX - last[0]) * 0.5, (event.clientY - last[1]) * 0.5);
      return;
    }
    const [x, y] = others[0][1];
    const before = Math.hypot(last[0] - x, last[1] - y);
    if (before > 0) zoomBy(Math.hypot(event.clientX - x, event.clientY - y) / before);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(-Math.sign(event.deltaY) * 0.12));
  }, { passive: false });

  const KEYS = {
    ArrowLeft: () => turnBy(-STEP_DEGREES, 0), ArrowRight: () => turnBy(STEP_DEGREES, 0),
    ArrowUp: () => turnBy(0, -STEP_DEGREES), ArrowDown: () => turnBy(0, STEP_DEGREES),
    "+": () => zoomBy(1.15), "=": () => zoomBy(1.15), "-": () => zoomBy(1 / 1.15), 0: reset,
    PageUp: () => show(view.visit - 1), PageDown: () => show(view.visit + 1),
    a: () => turnTo(...PRESETS.anterior), s: () => turnTo(...PRESETS.superior), l: () => turnTo(...PRESETS.lateral),
  };
  canvas.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    if (action === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action();
  });
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    gl = null;
  });
  canvas.addEventListener("webglcontextrestored", () => {
    if (prepare()) request();
  });

  slider.addEventListener("input", () => show(Number(slider.value)));
  visitButtons.forEach((button, index) => button.addEventListener("click", () => show(index)));
  presetButtons.forEach((button) => button.addEventListener("click", () => {
    if (button.dataset.preset === "start") reset();
    else turnTo(...PRESETS[button.dataset.preset]);
  }));
  partSwitches.forEach((box) => box.addEventListener("change", () => {
    for (const key of box.dataset.part.split(" ")) {
      if (box.checked) hidden.delete(key);
      else hidden.add(key);
    }
    request();
  }));

  if (prepare()) {
    root.classList.add("is-ready");
    show(view.visit);
    new ResizeObserver(request).observe(canvas);
  } else {
    root.querySelector(".viewer-problem").hidden = false;
  }
})();
