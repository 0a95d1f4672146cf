// Draws the charts in the colours of the page, again when these change, and for paper always in the light ones.
"use strict";
{
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;

  const colour = (variable, opacity) => {
    probe.style.color = `var(${variable})`;
    const rgb = getComputedStyle(probe).color;
    return opacity ? rgb.replace("rgb(", "rgba(").replace(")", `, ${opacity})`) : rgb;
  };

  const resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
    }
    const found = typeof value === "string" && value.match(/^var\((--[a-z-]+)\)(?:\/([\d.]+))?$/);
    return found ? colour(found[1], found[2]) : value;
  };

  const draw = () => {
    for (const chart of document.querySelectorAll(".chart")) {
      const spec = resolve(JSON.parse(document.getElementById(`${chart.id}-spec`).textContent));
      Plotly.newPlot(chart, spec.data, spec.layout, { responsive: true, displayModeBar: false });
    }
  };

  const print = (isPrinting) => () => {
    document.documentElement.classList.toggle("printing", isPrinting);
    draw();
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
}
