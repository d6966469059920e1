"""Pictures of the tables in `modeling.curves`. Called by `modeling.plots`, for the registry's pages.

matplotlib's objects only, without pyplot: no state between pictures, no display. Colours are Okabe and Ito's, told apart by people
who are colour-blind.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from modelratchet.core.evaluation import Evaluation
from modelratchet.modeling.importance import MOST_ROWS

_SIZE_INCHES = (6.4, 4.8)
_DPI = 120
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#6b6b6b"
_COLOURS = (_BLUE, "#E69F00", "#009E73", "#CC79A7", _ORANGE, "#56B4E9", "#F0E442", "#000000")
_MOST_FEATURES = 25


def draw(name: str, table: pd.DataFrame, evaluation: Evaluation, title: str) -> Figure:
    """Draw the table of that name.

    Args:
        name: a key of `Plots.tables`.
        table: at least one line.
        evaluation: where the metrics in legends come from.
        title: what was measured, on which rows.
    """
    figure = Figure(figsize=_SIZE_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    heading = _DRAWERS[name](axes, table, evaluation)
    axes.set_title(heading, loc="left", fontsize=12, fontweight="bold", pad=22)
    axes.text(0.0, 1.02, title, transform=axes.transAxes, fontsize=9, color=_GREY, va="bottom")
    return figure


def _roc(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1, label="by chance")
    _curves(axes, table, evaluation, "roc_auc", "ROC AUC")
    axes.set(xlabel="False positive rate", ylabel="True positive rate", xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    return "ROC: how well the scores rank"


def _precision_recall(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    _curves(axes, table, evaluation, "average_precision", "average precision")
    if table.shape[1] == 2:
        share = table["precision"].iloc[-1]
        axes.axhline(share, color=_GREY, linestyle=":", linewidth=1, label=f"answering yes to all ({share:.3f})")
    axes.set(xlabel="Recall", ylabel="Precision", xlim=(0, 1), ylim=(0, 1.005))
    axes.legend(loc="best", frameon=False, fontsize=9)
    return "Precision and recall: what finding more costs"


def _curves(axes: Axes, table: pd.DataFrame, evaluation: Evaluation, metric: str, words: str) -> None:
    x, mean, *single = table.columns
    for name, colour in zip(single, _COLOURS, strict=False):
        axes.plot(table[x], table[name], color=colour, linewidth=1.4, label=name.partition(": ")[2])
    if single:
        axes.plot(table[x], table[mean], color="black", linestyle="--", linewidth=1.8, label="mean of the classes")
    else:
        axes.plot(table[x], table[mean], color=_BLUE, linewidth=2, label=_legend(evaluation, metric, words))


def _calibration(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1, label="as promised")
    spread = np.abs(table[["low", "high"]].to_numpy().T - table["observed"].to_numpy())
    words = f"bins of {int(table['n_rows'].median()):,} rows, {evaluation.confidence:.0%} intervals"
    axes.errorbar(
        table["predicted"],
        table["observed"],
        yerr=spread,
        color=_BLUE,
        marker="o",
        markersize=5,
        capsize=3,
        label=words,
    )
    # most of a rare class's bins lie near 0: show the part of the square that holds them
    end = min(1.0, float(max(table["predicted"].max(), table["high"].max())) * 1.08)
    axes.set(xlabel="Predicted probability", ylabel="Observed share", xlim=(0, end), ylim=(0, end), aspect="equal")
    axes.plot([], [], " ", label=_legend(evaluation, "brier", "Brier score"))
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    return "Calibration: do probabilities mean what they say"


def _confusion(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    names = list(table["actual"].unique())
    counts = table["n_rows"].to_numpy().reshape(len(names), len(names))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(counts.shape):
        words = (
            f"{counts[row, column]:,}\n{shares[row, column]:.1%}" if len(names) <= 6 else f"{shares[row, column]:.0%}"
        )
        colour = "white" if shares[row, column] > 0.55 else "black"
        axes.text(column, row, words, ha="center", va="center", color=colour, fontsize=11 if len(names) <= 4 else 7)
    rotation = 45 if max(map(len, names)) > 6 and len(names) > 4 else 0
    axes.set_xticks(range(len(names)), names, rotation=rotation)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel=f"Predicted\n{_legend(evaluation, 'accuracy', 'Accuracy')}", ylabel="Actual (rows sum to 100 %)")
    return "Confusion: which class is taken for which"


def _importance(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    shown = table.head(_MOST_FEATURES).iloc[::-1]
    spread = np.maximum(np.abs(shown[["low", "high"]].to_numpy().T - shown["importance"].to_numpy()), 0.0)
    axes.barh(shown["feature"], shown["importance"], xerr=spread, color=_BLUE, height=0.7, ecolor=_ORANGE, capsize=2)
    axes.axvline(0, color=_GREY, linewidth=1)
    axes.tick_params(axis="y", labelsize=9 if len(shown) <= 15 else 7)
    axes.margins(y=0.01)
    n_drawn = min(evaluation.n_rows, MOST_ROWS)
    axes.set(xlabel=f"Loss of {evaluation.primary} when shuffled, {n_drawn:,} rows (lines: range)")
    left_out = f", the first {_MOST_FEATURES} of {len(table)}" if len(table) > _MOST_FEATURES else ""
    return f"Importance: what the model goes by{left_out}"


def _predictions(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    spread = np.maximum(np.stack([table["actual"] - table["low"], table["high"] - table["actual"]]), 0.0)
    ends = [table[["predicted", "low"]].min().min(), table[["predicted", "high"]].max().max()]
    axes.plot(ends, ends, color=_GREY, linestyle=":", linewidth=1, label="as predicted")
    axes.errorbar(
        table["predicted"], table["actual"], yerr=spread, color=_BLUE, marker="o", linestyle="none", capsize=3,
        label=f"mean and middle 80 % of bins of {int(table['n_rows'].median()):,} rows",
    )  # fmt: skip
    axes.plot([], [], " ", label=_legend(evaluation, "r2", "R²"))
    axes.set(xlabel="Predicted", ylabel="Actual")
    axes.legend(loc="upper left", frameon=False, fontsize=9)
    return "Predictions: how close they come"


def _residuals(axes: Axes, table: pd.DataFrame, evaluation: Evaluation) -> str:
    width = float(table["residual"].diff().median())
    axes.bar(
        table["residual"], table["n_rows"], width=width * 0.95, color=_BLUE, label=_legend(evaluation, "rmse", "RMSE")
    )
    axes.axvline(0, color=_GREY, linestyle=":", linewidth=1)
    axes.plot([], [], " ", label=_legend(evaluation, "mae", "MAE"))
    axes.set(xlabel="Actual minus predicted (outermost bins: everything beyond)", ylabel="Rows")
    axes.set_ylim(0, float(table["n_rows"].max()) * 1.2)  # room for the legend
    axes.legend(loc="upper left", frameon=False, fontsize=9)
    return "Residuals: how far off, and to which side"


def _legend(evaluation: Evaluation, metric: str, words: str) -> str:
    found = evaluation.metric(metric)
    if found is None:
        return f"{words}: not defined here"
    value, low, high = (
        f"{number:.4f}" if abs(number) < 10 else f"{number:.5g}" for number in (found.value, found.low, found.high)
    )
    return f"{words} {value} ({evaluation.confidence:.0%}: {low} to {high})"


_DRAWERS: dict[str, Callable[[Axes, pd.DataFrame, Evaluation], str]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "confusion": _confusion,
    "importance": _importance,
    "predictions": _predictions,
    "residuals": _residuals,
}
