"""Unmodified programs: the import hook and `flambeau run`, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest


def run(tmp_path, program, *arguments, options=()):
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(program))
    command = [sys.executable, "-m", "flambeau", "run", *options, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)


def test_a_program_of_pytorchs_runs(tmp_path):
    done = run(tmp_path, """
        import sys
        import torch
        import torch.nn as nn
        import torch.nn.functional as F
        import torch.optim as optim
        from torch.autograd import Variable
        from torch.optim.lr_scheduler import StepLR
        from torch.utils.data import DataLoader, TensorDataset
        from torch.utils.data.dataloader import default_collate
        from torch.nn.modules.linear import Linear
        assert Linear is nn.Linear and torch.nn is nn and __name__ == "__main__"
        torch.manual_seed(0)
        x = torch.linspace(-1, 1, 64).unsqueeze(1)
        net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
        opt = optim.Adam(net.parameters(), lr=0.05)
        for epoch in range(60):
            for a, b in DataLoader(TensorDataset(x, x ** 2), batch_size=32, shuffle=True):
                opt.zero_grad()
                loss = F.mse_loss(net(Variable(a)), b)
                loss.backward()
                opt.step()
        assert loss.item() < 0.02, loss.item()
        print(sys.argv[1:], torch.__version__.startswith("2."), "torch" in sys.modules)
    """, "--lr", "3")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == "['--lr', '3'] True True"


def test_real_pytorch_is_neither_loaded_nor_needed(tmp_path):
    done = run(tmp_path, """
        import sys, torch, torch.nn
        assert not [n for n in sys.modules if n.startswith("torch._C")]
        print(torch.nn.Linear.__module__)
    """)  # fmt: skip
    assert done.returncode == 0 and done.stdout.startswith("flambeau"), done.stderr


def test_missing_names_are_said_with_the_nearest_one(tmp_path):
    done = run(tmp_path, """
        import torch, torch.nn as nn
        for owner, name in ((torch, "zeroes"), (nn, "Lineer")):
            try:
                getattr(owner, name)
            except AttributeError as error:
                print(error)
        print(hasattr(torch, "no_such_thing"))
        import torch.no_such_module
    """, options=["--report"])  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[0] == "flambeau has no torch.zeroes yet; the nearest name is 'zeros' or 'zero_'"
    assert lines[1].startswith("flambeau has no torch.nn.Lineer yet; the nearest name is 'Linear'")
    assert lines[2] == "False" and done.returncode == 1
    assert "ModuleNotFoundError: flambeau has no torch.no_such_module yet" in done.stderr
    assert "torch.zeroes  (1 times)" in done.stderr


def test_the_traceback_begins_in_the_program(tmp_path):
    done = run(tmp_path, """
        import torch
        def broken():
            return torch.ones(2) @ torch.ones(3)
        broken()
    """)  # fmt: skip
    trace = done.stderr.splitlines()
    assert done.returncode == 1
    assert trace[0].startswith("Traceback") and "program.py" in trace[1]
    assert "runpy" not in done.stderr and "compat" not in done.stderr


@pytest.mark.parametrize("program, status", [
    ("import sys; sys.exit(7)", 7), ("import sys; sys.exit()", 0), ("raise SystemExit('no')", 1),
    ("raise KeyboardInterrupt", 130), ("x = 1", 0), ("1 / 0", 1), ("x = (", 1),
])  # fmt: skip
def test_exit_status_is_pythons(tmp_path, program, status):
    assert run(tmp_path, program).returncode == status


def test_a_script_that_does_not_exist(tmp_path):
    command = [sys.executable, "-m", "flambeau", "run", "nothing.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "nothing.py" in done.stderr


def test_modules_beside_the_script_and_modules_by_name(tmp_path):
    (tmp_path / "helper.py").write_text("import torch\nvalue = torch.ones(2).sum().item()\n")
    assert run(tmp_path, "import helper; print(helper.value)").stdout == "2.0\n"
    command = [sys.executable, "-m", "flambeau.compat", "-m", "helper"]
    assert subprocess.run(command, cwd=tmp_path).returncode == 0


def test_report_of_what_was_not_compiled(tmp_path):
    program = "import torch; torch.linalg.inv(torch.eye(3)).sum().item()"
    assert "inverse  (1 times)" in run(tmp_path, program, options=["--report"]).stderr
    program = "import torch; (torch.eye(3) + 1).sum().item()"
    done = run(tmp_path, program, options=["--report"])
    assert "everything ran in compiled code" in done.stderr


def test_install_and_uninstall(tmp_path):
    program = """
        from flambeau import compat
        compat.install()
        compat.install()
        import torch, flambeau
        assert torch.ones is flambeau.ones and compat.is_installed()
        torch.backends.cudnn.benchmark = True
        assert flambeau.backends.cudnn.benchmark
        compat.uninstall()
        assert not compat.is_installed()
        import sys
        assert "torch" not in sys.modules and "torch.nn" not in sys.modules
        assert "flambeau.nn" in sys.modules or True
    """
    script = tmp_path / "notebook.py"
    script.write_text(textwrap.dedent(program))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
