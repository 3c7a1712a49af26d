// The types that more than one module of the script uses. The browser does not get this file.
import type { Htmx } from "htmx.org";

declare global {
  const htmx: Htmx;

  /** What comes with events of htmx, in part. */
  interface HtmxDetail {
    ctx: {
      fetch: typeof fetch;
      request: { headers: Record<string, string> };
      text: string;
      response: Response;
    };
    /** Of a message: what it is, its text, whether it is not to be shown, and how to let it wait. */
    message: { event: string; id: string };
    data: string;
    cancelled: boolean;
    waitUntil: (promise: Promise<unknown>) => void;
  }

  /** Elements of the page that are more than an HTMLElement, by their ids. */
  interface Elements {
    lab: HTMLFormElement;
    moments: HTMLInputElement;
    undo: HTMLButtonElement;
    continue: HTMLButtonElement;
    inspector: HTMLDialogElement;
    keys: HTMLInputElement;
    theme: HTMLSelectElement;
    until_step: HTMLInputElement;
  }
  type ElementOf<Id extends string> = Id extends keyof Elements ? Elements[Id] : HTMLElement;

  type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

  /** Hidden fields by their names: JSON, or "" for none. */
  type State = Record<string, string>;

  /** A state of a run that the page can go back to. */
  type Moment<Text = string> = { step: number; state: Record<string, Text>; best?: boolean };

  /** What a change took away: fields of the state, and the moments if the weights changed. */
  type Replaced<Text = string> = {
    state: Record<string, Text>;
    run?: readonly Moment<Text>[];
    curves?: { history: Text; of: Text }; // of a network
  };

  /** The past of a run: its moments, what its changes took away, and how many there were. */
  type Past<Text = string> = {
    run: readonly Moment<Text>[];
    undo: readonly Replaced<Text>[];
    count: number;
  };

  type StoreName = "sessionStorage" | "localStorage";
  type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

  /** What the browser stored: the state, the mark of its entry in the history, and the switches. */
  type Stored = {
    state: State;
    mark: string;
    /** The name of its past, and the number of changes. */
    past: string;
    page: Record<string, string | boolean>;
  };

  /** The history of a run: the steps of its samples, and their values by the name of the curve. */
  type Curve = Record<string, number[]> & { step: number[] };

  /** Fields to post, by their names. */
  type Values = Record<string, string | undefined>;

  /** A place of the plane: x and y, each from -1 to 1. */
  type Place = [x: number, y: number];

  /** What is drawn at once: places, with one tool of the palette. */
  type Stroke = { tool: HTMLInputElement; places: Place[] };

  /** The flags of an act, as its element has them. */
  interface Traits {
    /** The user's wish to train ends. */
    stops: boolean;
    /** The answer shows something; state, moments and undo stay as they are. */
    looks: boolean;
    /** A state comes back or is drawn again; there is nothing to undo. */
    restores: boolean;
    /** The moments after the one that is shown stay. */
    keepsRun: boolean;
    /** The moments begin anew if the weights change. */
    newRun: boolean;
    /** Names of bulky fields that are posted. */
    sends: string[];
  }

  /** What more there is to a job. */
  interface Options extends Partial<Traits> {
    /** Is called once, just before the job is sent. */
    begin?: (job: Job) => void;
    /** Is called with the status of a refusal, or 0. */
    after?: (refused: number) => void;
  }

  /** A request that waits for its turn or is under way. */
  interface Job extends Options {
    path: string;
    values: Values;
    /** The answer is a stream of frames. */
    streams?: boolean;
  }

  /** The events of Runs, in the order of a job. */
  interface RunEvents {
    /** A job is about to be sent, for the first time or again. */
    send: Job;
    /** A part of its answer was put into the page. */
    swap: Job | null;
    /** The whole answer is there. */
    answered: Job;
    /** What was to come after it is done, too. */
    settled: Job;
    /** What Runs does now: idle, working, training or waiting. */
    state: string;
    /** Nobody answers, or not yet; the state is waiting until somebody does. */
    lack: Lack;
    /** Whether the user wishes to train. */
    wish: boolean;
  }

  /** What verdict.js makes of an answer. */
  type Verdict = "good" | "refused" | "busy" | "fault" | "release" | "gone" | "portal";

  /** Why there is no answer; slow: it may still come. And since when, by performance.now. */
  type Lack = { why: Verdict | "slow"; since: number };

  /** How a request ended. */
  interface Answer {
    /** Nobody answered, or had room: it is to be sent again. */
    again: boolean;
    /** The reason for that. */
    why: Verdict;
    /** The seconds until then that the server asks for. */
    after: number;
    /** The milliseconds in which nothing came before it was given up, or 0. */
    silence: number;
    /** The status of a refusal, or 0. */
    refused: number;
    /** A stream came where it was to end. */
    ended: boolean;
    /** The page stopped the stream. */
    stopped: boolean;
  }

  type Archive = import("./archive.js").Archive;
  type Probe = import("./probe.js").Probe;
  type Runs = import("./runs.js").Runs;
  type Stores = import("./storage.js").Stores;
  type Timeline = import("./timeline.js").Timeline;
  type Transport = Pick<import("./transport.js").Transport, "on" | "send" | "stop" | "giveUp">;

  /** Says something to the user. */
  type Tell = (text: string) => void;
}
