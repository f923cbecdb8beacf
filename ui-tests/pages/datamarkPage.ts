/** What a person sees and does of Datamark in JupyterLab: found by roles and words, as a screen reader finds it. */
import { expect, type Locator, type Page } from '@playwright/test';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { untilRestored } from './restoredLayout';

type JsonObject = Record<string, string | number | boolean>;

interface CommandsOfThePage {
  jupyterapp: { commands: { execute(id: string, args: JsonObject): Promise<unknown> } };
}

interface NotebookOfThePage {
  context: { ready: Promise<void> };
  sessionContext: { ready: Promise<void> };
}

/** The panel, the dialogs and the messages. */
export class DatamarkPage {
  constructor(readonly page: Page) {}

  get panel(): Locator {
    return this.page.locator('.dm-panel');
  }

  /** The panel's icon in a side bar. */
  get tab(): Locator {
    return this.page.locator('.jp-SideBar').getByRole('tab', { name: 'Datamark' });
  }

  get volumes(): Locator {
    return this.panel.getByRole('grid', { name: 'Volumes of this server' });
  }

  get timeline(): Locator {
    return this.panel.getByRole('grid', { name: /^Snapshots of / });
  }

  get clones(): Locator {
    return this.panel.getByRole('grid', { name: /^Clones/ });
  }

  /** The section with the runs of the volume, or of the snapshot that is open. */
  get lineage(): Locator {
    return this.page.locator('.dm-section-lineage');
  }

  /** What the cells of the notebook in front have told. */
  get outputs(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output');
  }

  /** A snapshot's row by the title in it. */
  snapshot(title: string | RegExp): Locator {
    return this.timeline.getByRole('row').filter({ hasText: title });
  }

  /** Rows of snapshots that are ready. */
  get readySnapshots(): Locator {
    return this.timeline.locator('[role="row"][aria-label*=", ready"]');
  }

  /** The button in the row of the selected volume, or in the empty timeline. */
  get snapshotButton(): Locator {
    return this.panel.locator('.dm-btn.is-primary').filter({ hasText: 'Snapshot' });
  }

  /** The button in the toolbar of the notebook that is in front. */
  get notebookButton(): Locator {
    return this.page
      .locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar')
      .getByRole('button', { name: 'Snapshot the volume of this notebook' });
  }

  clone(name: string | RegExp): Locator {
    return this.clones.getByRole('row').filter({ hasText: name });
  }

  /** Row of the mirror into that volume. */
  mirror(volume: string): Locator {
    return this.panel.locator('.dm-mirror').filter({ has: this.page.getByText(volume, { exact: true }) });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** The tab of the check report. */
  get check(): Locator {
    return this.page.getByRole('tabpanel', { name: 'Datamark check' });
  }

  /** A row of the check report by its state and title. */
  finding(words: RegExp): Locator {
    return this.check.getByRole('listitem').filter({ hasText: words });
  }

  /** A toast with these words. */
  toast(words: string | RegExp): Locator {
    return this.page.locator('.Toastify__toast').filter({ hasText: words });
  }

  /** Shows the panel. A click on its tab would close it where JupyterLab has brought it back in that very moment. */
  async openPanel(): Promise<void> {
    await untilRestored(this.page);
    await this.execute('datamark:open-panel');
    await this.volumes.waitFor();
  }

  async openSection(name: string): Promise<void> {
    const toggle = this.section(name);
    if ((await toggle.getAttribute('aria-expanded')) !== 'true') {
      await toggle.click();
    }
  }

  /** Presses the button once it stays where it is: when a timeline turns out to be empty, its button moves from the row there. */
  async pressSnapshot(): Promise<void> {
    const empty = this.panel.getByRole('group', { name: /^No snapshots of / });
    await this.timeline.or(empty).waitFor();
    await this.snapshotButton.click();
  }

  /** Asks for a snapshot through the dialog. */
  async askForSnapshot(title: string): Promise<void> {
    await this.pressSnapshot();
    const dialog = this.dialog(/^Snapshot /);
    await dialog.getByLabel('Title').fill(title);
    await dialog.getByRole('button', { name: 'Snapshot', exact: true }).click();
  }

  /** The same, and waits until its row says that it is there. */
  async makeSnapshot(title: string): Promise<void> {
    await this.askForSnapshot(title);
    await this.readySnapshots.filter({ hasText: title }).waitFor();
  }

  /** Says yes in a dialog that deletes, typing the name where that is asked for. */
  async confirmDelete(dialog: Locator, name: string): Promise<void> {
    const field = dialog.getByRole('textbox');
    await dialog.waitFor();
    if (await field.isVisible()) {
      await field.fill(name);
    }
    await dialog.getByRole('button', { name: /^Delete/ }).click();
  }

  /** Names of the complete snapshots on disk. */
  async storedSnapshots(root: string): Promise<string[]> {
    const folder = join(root, '.datamark', 'snapshots');
    return existsSync(folder) ? readdir(folder) : [];
  }

  /** Selects a row, so that its facts and buttons are shown. */
  async select(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-selected')) !== 'true') {
      await row.click();
    }
  }

  /** Chooses an entry of a row's menu. */
  async chooseFromMenu(row: Locator, entry: string | RegExp): Promise<void> {
    await row.click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: entry }).click();
  }

  /**
   * Opens the palette and uses it. It closes when something else takes the focus, for example a notebook that has just
   * been opened; then a person opens it again.
   */
  private async inPalette(use: (palette: Locator) => Promise<void>): Promise<void> {
    const palette = this.page.locator('.lm-CommandPalette').filter({ visible: true });
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(async () => {
      if ((await palette.count()) === 0) {
        await this.page.keyboard.press('Control+Shift+c');
      }
      await palette.locator('input').fill('datamark', { timeout: 2000 });
      await use(palette);
    }).toPass({ timeout: 30_000 });
  }

  /** Words of all commands that the palette lists under Datamark, sorted. */
  async paletteLabels(): Promise<string[]> {
    const words: string[] = [];
    await this.inPalette(async palette => {
      const labels = palette.locator('.lm-CommandPalette-item[data-command^="datamark:"] .lm-CommandPalette-itemLabel');
      await labels.first().waitFor({ timeout: 2000 });
      words.splice(0, words.length, ...(await labels.allInnerTexts()));
    });
    await this.page.keyboard.press('Escape');
    return [...new Set(words)].sort();
  }

  /** Runs a command from the palette, found by its words there. */
  async runFromPalette(label: string): Promise<void> {
    await this.inPalette(palette =>
      palette
        .locator('.lm-CommandPalette-item:not(.lm-mod-disabled)')
        .filter({ has: this.page.locator('.lm-CommandPalette-itemLabel', { hasText: new RegExp(`^${label}$`) }) })
        .first()
        .click({ timeout: 2000 })
    );
  }

  /** Why the palette offers a command only greyed out. JupyterLab keeps captions in the list but does not paint them. */
  async paletteReason(label: string): Promise<string> {
    let reason = '';
    await this.inPalette(async palette => {
      const item = palette
        .locator('.lm-CommandPalette-item.lm-mod-disabled')
        .filter({ has: this.page.locator('.lm-CommandPalette-itemLabel', { hasText: new RegExp(`^${label}$`) }) });
      reason = (await item.first().locator('.lm-CommandPalette-itemCaption').textContent({ timeout: 2000 })) ?? '';
    });
    await this.page.keyboard.press('Escape');
    return reason;
  }

  /** Presses Tab until something has the focus; a person would give up after a while, too. */
  async tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await target.evaluate(element => element === document.activeElement)) {
        return;
      }
      await this.page.keyboard.press('Tab');
    }
    throw new Error('Tab does not lead there.');
  }

  /** The row of the timeline that the keys act on. */
  get activeRow(): Locator {
    return this.timeline.locator('[role="row"].is-active');
  }

  /** The heading that opens and closes a section. */
  section(name: string): Locator {
    return this.panel.getByRole('button', { name: new RegExp(`^${name}`) }).first();
  }

  /** Waits until JupyterLab has written the layout to the server. */
  async stateSaved(): Promise<void> {
    await this.page.waitForResponse(
      response => response.url().includes('/api/workspaces/') && response.request().method() === 'PUT'
    );
  }

  /** Opens a notebook beside the panel and waits for its kernel. Galata's helper would need the file browser in its place. */
  async openNotebook(path: string): Promise<void> {
    await this.page.evaluate(async given => {
      const { jupyterapp } = window as unknown as CommandsOfThePage;
      const notebook = (await jupyterapp.commands.execute('docmanager:open', { path: given })) as NotebookOfThePage;
      await notebook.context.ready;
      await notebook.sessionContext.ready;
    }, path);
  }

  /** Runs a command by its id, as another extension does. */
  async execute(id: string, args: JsonObject = {}): Promise<unknown> {
    return this.page.evaluate(
      async ([command, given]) => {
        const { jupyterapp } = window as unknown as CommandsOfThePage;
        return JSON.parse(JSON.stringify((await jupyterapp.commands.execute(command, given)) ?? null)) as unknown;
      },
      [id, args] as const
    );
  }
}
