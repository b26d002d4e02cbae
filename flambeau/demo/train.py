"""Train on handwritten digits, test on digits kept aside, save, load, check, and draw.

This is the program that a user of PyTorch would write; `import flambeau as torch` is the only
line that tells.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import flambeau as torch
from flambeau import Tensor, nn
from flambeau.demo.data import CITATION, load_digits
from flambeau.demo.picture import Curve, Mistake, draw_report
from flambeau.utils.data import DataLoader, Subset, TensorDataset, random_split
from flambeau.utils.progress import Progress

__all__ = ["Result", "make_model", "run"]

TEST_IMAGES = 360  # a fifth
BATCH = 64
SHOWN_MISTAKES = 16


@dataclass
class Result:
    """What came out; curves are lists of (epoch, value)."""

    train_loss: list[tuple[float, float]] = field(default_factory=list)
    train_accuracy: list[tuple[float, float]] = field(default_factory=list)
    test_loss: list[tuple[float, float]] = field(default_factory=list)
    test_accuracy: list[tuple[float, float]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    seconds: float = 0.0
    checkpoint: Path = Path()
    picture: Path = Path()

    @property
    def accuracy(self) -> float:
        """The share of test images that were read rightly after the last epoch."""
        return self.test_accuracy[-1][1]


def make_model() -> nn.Module:
    """A small convolutional network: images (n, 1, 8, 8) to scores of the digits (n, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(32 * 4 * 4, 10),
    )


def run(folder: str | Path = "flambeau-demo", epochs: int = 12, seed: int = 0) -> Result:
    """Do the whole job; the checkpoint and the picture go into `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    dataset = TensorDataset(*load_digits())
    print(f"data        {CITATION}")
    train_set, test_set = random_split(dataset, [len(dataset) - TEST_IMAGES, TEST_IMAGES])
    print(f"split       {len(train_set)} images to train on, {len(test_set)} kept for the test")
    model = make_model()
    weights = sum(p.numel() for p in model.parameters())
    print(f"model       {weights:,} weights, {torch.get_num_threads()} threads")

    result = train(model, train_set, test_set, epochs)
    print(f"test        {result.accuracy:.2%} of the images read rightly")
    result.checkpoint = folder / "digits.pt"
    torch.save(model.state_dict(), result.checkpoint)
    check(model, result.checkpoint, test_set)
    print(f"checkpoint  {result.checkpoint}, loaded again: every prediction is the same")
    result.mistakes = find_mistakes(model, test_set)
    result.picture = folder / "digits.svg"
    result.picture.write_text(draw(result, epochs), encoding="utf-8")
    print(f"picture     {result.picture}")
    return result


def train(model: nn.Module, train_set: Subset, test_set: Subset, epochs: int) -> Result:
    """Train with Adam and a falling learning rate; test after every epoch."""
    loader: DataLoader = DataLoader(train_set, batch_size=BATCH, shuffle=True, drop_last=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)

    @torch.compile
    def step(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        scores = model(images)
        loss = criterion(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach(), (scores.argmax(dim=1) == labels).float().mean()

    result = Result()
    begin = time.perf_counter()
    with Progress(epochs * len(loader), "training") as progress:
        for epoch in range(1, epochs + 1):
            model.train()
            losses, accuracies = [], []
            for images, labels in loader:
                loss, accuracy = step(images, labels)
                losses.append(loss)
                accuracies.append(accuracy)
                progress.update(samples=len(images), loss=loss, accuracy=accuracy)
            scheduler.step()
            train_loss = torch.stack(losses).mean().item()
            train_accuracy = torch.stack(accuracies).mean().item()
            test_loss, test_accuracy = evaluate(model, test_set)
            result.train_loss.append((epoch, train_loss))
            result.train_accuracy.append((epoch, train_accuracy))
            result.test_loss.append((epoch, test_loss))
            result.test_accuracy.append((epoch, test_accuracy))
            progress.note(
                f"epoch {epoch:2d}    train loss {train_loss:.4f}, accuracy {train_accuracy:.2%}; "
                f"test loss {test_loss:.4f}, accuracy {test_accuracy:.2%}"
            )
    result.seconds = time.perf_counter() - begin
    return result


@torch.no_grad()
def predict(model: nn.Module, dataset: Subset) -> tuple[Tensor, Tensor, Tensor]:
    """The images of a data set, their labels, and the model's scores."""
    model.eval()
    images, labels = next(iter(DataLoader(dataset, batch_size=len(dataset))))
    return images, labels, model(images)


def evaluate(model: nn.Module, dataset: Subset) -> tuple[float, float]:
    """Mean loss and accuracy."""
    _, labels, scores = predict(model, dataset)
    loss = nn.functional.cross_entropy(scores, labels)
    return loss.item(), (scores.argmax(dim=1) == labels).float().mean().item()


def check(model: nn.Module, checkpoint: Path, dataset: Subset) -> None:
    """Load the checkpoint into a new model; both must give the same scores, bit for bit."""
    restored = make_model()
    restored.load_state_dict(torch.load(checkpoint))
    _, _, before = predict(model, dataset)
    _, _, after = predict(restored, dataset)
    if not torch.equal(before, after):
        raise RuntimeError(
            f"demo: the model loaded from {checkpoint} gives other scores than the one saved; "
            "please report this with the output of `flambeau doctor --markdown`"
        )


def find_mistakes(model: nn.Module, dataset: Subset) -> list[Mistake]:
    """The misread images, those first of which the model was most sure."""
    images, labels, scores = predict(model, dataset)
    best = nn.functional.softmax(scores, dim=1).max(dim=1)
    wrong = [
        Mistake(images[i, 0].tolist(), label, reading, probability)
        for i, (label, reading, probability) in enumerate(
            zip(labels.tolist(), best.indices.tolist(), best.values.tolist(), strict=True)
        )
        if label != reading
    ]
    return sorted(wrong, key=lambda m: -m.probability)[:SHOWN_MISTAKES]


def draw(result: Result, epochs: int) -> str:
    """The picture as SVG text."""
    title = f"Handwritten digits: {result.accuracy:.2%} of the test set after {epochs} epochs"
    blue, orange = "#1f6feb", "#d9730d"
    return draw_report(
        title,
        [Curve("train", blue, result.train_loss), Curve("test", orange, result.test_loss)],
        [Curve("train", blue, result.train_accuracy), Curve("test", orange, result.test_accuracy)],
        result.mistakes,
        f"Data: {CITATION}",
    )
