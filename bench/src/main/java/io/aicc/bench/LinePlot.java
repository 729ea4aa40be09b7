package io.aicc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines over a common axis, as an SVG file. */
public final class LinePlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 360;
    private static final int LEFT = 60;
    private static final int RIGHT = 190;
    private static final int TOP = 36;
    private static final int BOTTOM = 44;
    private static final int STEPS = 5;
    private static final List<String> COLOURS = List.of("#3366cc", "#dc3912", "#109618", "#990099", "#ff9900");

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final Map<String, List<double[]>> lines = new LinkedHashMap<>();

    /** Nothing on it yet; labels carry the units. */
    public LinePlot(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    /** Adds a point to a line; a new line when there is none of that name. */
    public void add(String line, double x, double y) {
        lines.computeIfAbsent(line, name -> new ArrayList<>()).add(new double[] {x, y});
    }

    /** Writes the picture. */
    public void write(Path file) throws IOException {
        double maxX = largest(0);
        double maxY = roundUp(largest(1));
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 22, "start", title);
        text(svg, LEFT, HEIGHT - 8, "start", xLabel);
        text(svg, LEFT - 50, TOP - 9, "start", yLabel);
        for (int i = 0; i <= STEPS; i++) {
            double y = maxY * i / STEPS;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT,
                    y(y, maxY),
                    WIDTH - RIGHT,
                    y(y, maxY)));
            text(svg, LEFT - 6, y(y, maxY) + 4, "end", number(y));
            text(svg, x(maxX * i / STEPS, maxX), HEIGHT - BOTTOM + 18, "middle", number(maxX * i / STEPS));
        }
        int colour = 0;
        for (Map.Entry<String, List<double[]>> line : lines.entrySet()) {
            StringBuilder points = new StringBuilder();
            for (double[] point : line.getValue()) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point[0], maxX), y(point[1], maxY)));
            }
            String stroke = COLOURS.get(colour % COLOURS.size());
            svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" points=\"%s\"/>%n"
                    .formatted(stroke, points.toString().strip()));
            svg.append("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n"
                    .formatted(WIDTH - RIGHT + 10, TOP + 16 + 18 * colour, stroke, line.getKey()));
            colour++;
        }
        Files.writeString(file, svg.append("</svg>\n").toString());
    }

    private double largest(int coordinate) {
        return lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(point -> point[coordinate])
                .max()
                .orElse(1);
    }

    /** To the next 1, 2 or 5 times a power of ten. */
    private static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
        for (double step : new double[] {1, 2, 5, 10}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return value;
    }

    private static double x(double value, double max) {
        return LEFT + value / max * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double max) {
        return HEIGHT - BOTTOM - value / max * (HEIGHT - TOP - BOTTOM);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
